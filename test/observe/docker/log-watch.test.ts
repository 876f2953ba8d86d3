import { describe, expect, test } from 'vitest';
import type { ContainerFacts } from '../../../src/model/docker.ts';
import type { LogQuery } from '../../../src/observe/docker/client.ts';
import { parseContainers } from '../../../src/observe/docker/containers.ts';
import { BarredError, CallError } from '../../../src/observe/docker/errors.ts';
import { parseInspection } from '../../../src/observe/docker/inspection.ts';
import { createLogWatch } from '../../../src/observe/docker/log-watch.ts';
import { classifyFailure } from '../../../src/observe/docker/reasons.ts';
import { createScrub } from '../../../src/observe/docker/scrub.ts';
import { event } from './happening.ts';

const container = (id: string, driver = 'json-file'): ContainerFacts => {
  const [listed] = parseContainers([{ Id: id, Names: ['/db'], State: 'running' }]);
  const answer = { State: { Status: 'running' }, HostConfig: { LogConfig: { Type: driver } } };
  return { ...(listed as ContainerFacts), inspection: parseInspection(answer)?.inspection };
};
const stamped = (second: number, text: string): string =>
  `2026-11-23T03:00:${String(second).padStart(2, '0')}.000000000Z ${text}\n`;

/** A watch with a clock in hand and an engine whose log is `state.log`. */
function watching() {
  const state = {
    nowMs: 0,
    log: '' as string | Error,
    trouble: false,
    watched: true,
    inspected: true,
  };
  const asked: { readonly id: string; readonly query: LogQuery }[] = [];
  const told: string[] = [];
  const watch = createLogWatch({
    clock: { now: () => state.nowMs, monotonic: () => state.nowMs },
    client: {
      async logs(id, query, take) {
        asked.push({ id, query });
        if (state.log instanceof Error) throw new CallError('GET /containers/{id}/logs', state.log);
        const bytes = Buffer.from(state.log);
        for (let at = 0; at < bytes.length; at += 50_000) {
          if (take(bytes.subarray(at, at + 50_000)) === 'enough') return;
        }
      },
    },
    log: {
      debug: () => {},
      info: (_facts, message) => told.push(message),
      warn: () => {},
      error: () => {},
    },
    isWatched: () => state.watched,
    inTrouble: () => state.trouble,
    scrubOf: () => (state.inspected ? createScrub(['C4n4ry']) : undefined),
    classify: (error) => classifyFailure(error, '', { kind: 'unix', socketPath: '/s' }),
  });
  async function pass(seconds: number, containers: readonly ContainerFacts[] = [container('one')]) {
    for (let second = 0; second < seconds; second += 1) {
      await watch.look(containers);
      state.nowMs += 1000;
    }
  }
  const texts = (): readonly string[] | undefined =>
    watch
      .view()
      .get('db')
      ?.map(({ text }) => text);
  return { state, watch, asked, told, pass, texts };
}

describe('what the log of a container tells', () => {
  test('is not read while nothing happens and its server is well', async () => {
    const { asked, pass, watch } = watching();
    await pass(100);
    expect(asked).toEqual([]);
    expect(watch.view().size).toBe(0);
  });

  test('is read after a start and a few times more, each time only what is new', async () => {
    const { state, watch, asked, pass, texts } = watching();
    state.log = stamped(1, 'FATAL:  role "C4n4ry"') + stamped(2, 'LOG:  other');
    expect(watch.touch(event('container', 'start', 'one'))).toBe(true);
    await pass(1);
    state.log = stamped(2, 'LOG:  other') + stamped(3, 'PostgreSQL init process complete');
    await pass(60);
    expect(texts()).toEqual(['FATAL:  role "[hidden]"', 'PostgreSQL init process complete']);
    expect(asked.map(({ query }) => query.since?.slice(-12)).slice(0, 3)).toEqual([
      undefined,
      '02.000000000',
      '03.000000000',
    ]);
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(asked.length).toBeLessThanOrEqual(6);
  });

  test('is read when its server is in trouble, ever more seldom', async () => {
    const { state, asked, pass, texts } = watching();
    state.log = stamped(1, 'PANIC:  x: No space left on device');
    state.trouble = true;
    await pass(600);
    expect(texts()).toEqual(['PANIC:  x: No space left on device']);
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.length).toBeLessThan(16);
  });

  test.each(['die', 'oom', 'restart'])('%s is a reason', (action) => {
    expect(watching().watch.touch(event('container', action, 'one'))).toBe(true);
  });

  test.each(['create', 'rename', 'exec_start', 'health_status'])('%s is none', (action) => {
    expect(watching().watch.touch(event('container', action, 'one'))).toBe(false);
  });

  test('of a container that is made anew continues the story, and is forgotten when it is not watched', async () => {
    const { state, watch, pass, texts } = watching();
    state.log = stamped(1, 'LOG:  received fast shutdown request');
    watch.touch(event('container', 'die', 'one'));
    await pass(1);
    await pass(1, []);
    expect(texts()).toHaveLength(1);
    state.log = stamped(5, 'Success. You can now start the database server using:');
    watch.touch(event('container', 'start', 'two'));
    await pass(1, [container('two')]);
    expect(texts()).toEqual(['LOG:  received fast shutdown request', expect.stringMatching(/^Success/)]);
    state.watched = false;
    await pass(1, [container('two')]);
    expect(watch.view().size).toBe(0);
  });

  test('is not read where its secrets are not known, nor where there is no log', async () => {
    const { state, asked, pass } = watching();
    state.trouble = true;
    state.inspected = false;
    await pass(10);
    state.inspected = true;
    await pass(10, [container('one', 'none')]);
    expect(asked).toEqual([]);
  });

  test('what a proxy bars is told once, and asked for again every 10 min and after a reconnect', async () => {
    const { state, watch, asked, told, pass, texts } = watching();
    state.trouble = true;
    state.log = new BarredError(403);
    await pass(599);
    expect([asked.length, told.length, watch.view().size]).toEqual([1, 1, 0]);
    await pass(100);
    expect(asked).toHaveLength(2);
    expect(told).toHaveLength(1);
    state.log = stamped(1, 'FATAL:  x');
    watch.retry();
    await pass(60);
    expect(texts()).toEqual(['FATAL:  x']);
  });

  test('another failure is no line and no word to anybody', async () => {
    const { state, told, pass, watch } = watching();
    state.trouble = true;
    state.log = Object.assign(new Error('C4n4ry'), { statusCode: 500 });
    await pass(3);
    expect([told, watch.view().size]).toEqual([[], 0]);
  });

  test('a log that is too much at once is read to its end in several looks', async () => {
    const { state, watch, pass, texts } = watching();
    const all = Array.from({ length: 59 }, (_, second) => stamped(second, `LOG:  ${'x'.repeat(10_000)}`));
    all.push(stamped(59, 'FATAL:  the end'));
    watch.touch(event('container', 'start', 'one'));
    state.log = all.join('');
    await pass(1);
    expect(texts()).toBeUndefined();
    state.log = all.slice(20).join('');
    await pass(3);
    state.log = all.slice(45).join('');
    await pass(10);
    expect(texts()).toEqual(['FATAL:  the end']);
  });
});
