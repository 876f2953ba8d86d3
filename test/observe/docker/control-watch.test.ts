import { describe, expect, test } from 'vitest';
import type { ContainerFacts } from '../../../src/model/docker.ts';
import { DeadlineError } from '../../../src/observe/deadline.ts';
import { parseContainers } from '../../../src/observe/docker/containers.ts';
import { createControlWatch } from '../../../src/observe/docker/control-watch.ts';
import { BarredError, CallError, MissingError } from '../../../src/observe/docker/errors.ts';
import { parseInspection } from '../../../src/observe/docker/inspection.ts';
import { classifyFailure } from '../../../src/observe/docker/reasons.ts';
import { fixture } from './fixture.ts';
import { event } from './happening.ts';

const IDENTIFIER = '7711200037707743119';
const file = Buffer.from(fixture('pg-control-18.hex').replaceAll('\n', ''), 'hex');

function tarOf(content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        0', 148);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return Buffer.concat([header, content]);
}

const container = (name: string, environment: readonly string[] = []): ContainerFacts => {
  const [listed] = parseContainers([{ Id: `id-${name}`, Names: [`/${name}`], State: 'running' }]);
  const answer = { State: { Status: 'running' }, Config: { Env: environment } };
  return { ...(listed as ContainerFacts), inspection: parseInspection(answer)?.inspection };
};

/** A watch with a clock in hand and an engine that answers as told. */
function watching(answer: (path: string) => Buffer | Error = () => tarOf(file)) {
  const state = { nowMs: 0, answer, needed: new Set(['db']), changes: 0 };
  const asked: string[] = [];
  const told: string[] = [];
  const clock = { now: () => state.nowMs, monotonic: () => state.nowMs };
  const watch = createControlWatch({
    clock,
    client: {
      async archive(id, path) {
        asked.push(`${id} ${path}`);
        const given = state.answer(path);
        if (given instanceof Error) throw new CallError('GET /containers/{id}/archive', given);
        return given;
      },
    },
    log: {
      debug: () => {},
      info: (_facts, message) => told.push(message),
      warn: () => {},
      error: () => {},
    },
    needsControl: (name) => state.needed.has(name),
    classify: (error) => classifyFailure(error, '', { kind: 'unix', socketPath: '/s' }),
    changed: () => {
      state.changes += 1;
    },
  });
  /** Looks once a second for so long. */
  async function pass(seconds: number, containers: readonly ContainerFacts[] = [container('db')]) {
    for (let second = 0; second < seconds; second += 1) {
      await watch.look(containers);
      state.nowMs += 1000;
    }
  }
  const observed = (name = 'db') => watch.view().get(`id-${name}`)?.observation;
  return { state, watch, asked, told, pass, observed };
}

describe('which cluster lies in a container', () => {
  test('is read only where it is needed, and forgotten when it is not any more', async () => {
    const { state, asked, pass, observed } = watching();
    await pass(3, [container('db'), container('well')]);
    expect(asked).toEqual(['id-db /var/lib/postgresql/data/global/pg_control']);
    expect(observed()).toMatchObject({
      seen: true,
      facts: { systemIdentifier: IDENTIFIER, clusterState: 'in production' },
    });
    expect(observed('well')).toBeUndefined();
    expect(state.changes).toBe(1);
    state.needed.clear();
    await pass(1);
    expect(observed()).toBeUndefined();
  });

  test('is read where PGDATA says, and nowhere before that is known', async () => {
    const { asked, pass, observed } = watching();
    await pass(2, [{ ...container('db'), inspection: undefined }]);
    expect([asked, observed()]).toEqual([[], undefined]);
    await pass(1, [container('db', ['PGDATA=/srv/pg 18/../x'])]);
    expect(asked).toEqual(['id-db /srv/x/global/pg_control']);
  });

  test('is read after 5 s, then ever more seldom, and at once when something happened or the container is new', async () => {
    const { watch, asked, pass } = watching();
    await pass(5);
    expect(asked).toHaveLength(1);
    await pass(1);
    expect(asked).toHaveLength(2);
    await pass(600);
    expect(asked.length).toBeLessThan(10);
    const before = asked.length;
    watch.touch('id-db');
    await pass(1);
    expect(asked).toHaveLength(before + 1);
    await pass(1, [{ ...container('db'), id: 'id-new' }]);
    expect(asked.at(-1)).toMatch(/^id-new /);
  });

  test('is seen anew when it is another one, and a tick is asked for', async () => {
    const { state, watch, pass, observed } = watching();
    await pass(1);
    const older = Buffer.from(fixture('pg-control-15.hex').replaceAll('\n', ''), 'hex');
    state.answer = () => tarOf(older);
    watch.touch('id-db');
    await pass(2);
    expect(observed()).toMatchObject({ facts: { systemIdentifier: '7711200027192684311' } });
    expect(state.changes).toBe(2);
  });

  test('a read in the middle of a write is repeated at once', async () => {
    const torn = Buffer.from(file);
    torn[30] = 0xff;
    const answers = [tarOf(torn), tarOf(file)];
    const { pass, asked, observed } = watching(() => answers.shift() ?? tarOf(torn));
    await pass(1);
    expect(asked).toHaveLength(2);
    expect(observed()?.seen).toBe(true);
    await pass(8);
    expect(observed()).toMatchObject({
      reason: 'protocol',
      detail: expect.stringMatching(/damaged.*checksum/),
    });
  });

  test.each([
    ['no such file', new MissingError('there is no such file in the container'), 'absent'],
    ['an archive that is cut off', tarOf(file).subarray(0, 600), 'protocol'],
    ['something else in its place', tarOf(Buffer.alloc(8192, 'x')), 'protocol'],
    ['an engine that fails', Object.assign(new Error(), { statusCode: 500 }), 'error'],
  ])('%s is not seen', async (_name, answer, reason) => {
    const { pass, observed } = watching(() => answer);
    await pass(1);
    expect(observed()).toMatchObject({ seen: false, reason });
  });

  test('what a proxy bars is told once, asked for every 10 min and after a reconnect, of one container', async () => {
    const { state, watch, asked, told, pass, observed } = watching(() => new BarredError(404));
    state.needed.add('other');
    const both = [container('db')];
    await pass(1, both);
    await pass(300, [container('db'), container('other')]);
    expect(asked).toHaveLength(1);
    expect(told).toHaveLength(1);
    expect([observed(), observed('other')]).toMatchObject([{ reason: 'forbidden' }, { reason: 'forbidden' }]);
    watch.touch('id-db');
    await pass(10);
    expect(asked).toHaveLength(1);
    await pass(900);
    expect(asked).toHaveLength(2);
    state.answer = () => tarOf(file);
    watch.retry();
    await pass(1);
    expect(observed()?.seen).toBe(true);
    expect(told).toHaveLength(1);
  });

  test('after a call that hung there is none for a minute, whatever happens', async () => {
    const { watch, asked, pass, observed } = watching(() => new DeadlineError('x', 2000));
    await pass(1);
    expect(observed()).toMatchObject({ reason: 'timeout' });
    for (let second = 1; second < 59; second += 1) {
      watch.touch('id-db');
      await pass(1);
    }
    expect(asked).toHaveLength(1);
    await pass(3);
    expect(asked).toHaveLength(2);
  });

  test('of an engine that is lost nothing is seen any more', async () => {
    const { watch, pass, observed } = watching();
    await pass(1);
    watch.lose({ reason: 'refused', detail: 'x' }, 0);
    expect(observed()).toMatchObject({ seen: false, reason: 'refused' });
    expect(watch.view().get('id-db')?.lastSeen?.facts.systemIdentifier).toBe(IDENTIFIER);
    watch.retry();
    await pass(1);
    expect(observed()?.seen).toBe(true);
  });

  test('knows the events that a look of its own makes, and no others', async () => {
    const { state, watch, pass } = watching();
    const attributes = new Map([['container', 'id-db']]);
    const unmount = event('volume', 'unmount', 'data', { attributes });
    expect(watch.isEcho(unmount)).toBe(false);
    await pass(1);
    expect(watch.isEcho(unmount)).toBe(true);
    expect(watch.isEcho(event('container', 'archive-path', 'id-db'))).toBe(true);
    expect(watch.isEcho(event('volume', 'destroy', 'data', { attributes }))).toBe(false);
    expect(watch.isEcho(event('container', 'die', 'id-db'))).toBe(false);
    expect(watch.isEcho(event('volume', 'unmount', 'data'))).toBe(false);
    state.nowMs += 2000;
    expect(watch.isEcho(unmount)).toBe(false);
  });
});
