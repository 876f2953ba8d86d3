import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ControlFacts } from '../../../src/model/docker.ts';
import { type PrivateDocker, startDockerd } from '../../kit/docker.ts';
import { describeWith } from '../../kit/needs.ts';
import { waitFor } from '../../kit/wait.ts';
import { printed, relayTo, type Watched, watchEngine } from './watch-engine.ts';

const SECRET = 'C4n4ry-of-the-environment';
const COMMAND_SECRET = 'C4n4ry-of-the-command';

describeWith(['dockerd', 'debootstrap'], 'servers in trouble, with a real engine', () => {
  let engine: PrivateDocker;
  let watched: Watched;
  let images: { readonly postgres: string; readonly tiny: string };
  const troubled = new Set<string>();

  beforeAll(async () => {
    engine = await startDockerd();
    images = { postgres: await engine.postgresImage(), tiny: await engine.tinyImage() };
    watched = watchEngine(
      engine.host,
      () => true,
      1000,
      (name) => troubled.has(name),
    );
    await watched.until('the first look', 5000, (view) => view.inventory?.observation.seen === true);
    // The first replay is history until it has surely ended.
    await sleep(700);
    await engine.docker(
      ...[
        'run',
        '--detach',
        '--network',
        'none',
        '--name',
        'db',
        '--volume',
        'data:/var/lib/postgresql/data',
      ],
      ...['--env', `POSTGRES_PASSWORD=${SECRET}`, '--env', 'POSTGRES_DB=shop', images.postgres],
      ...['postgres', '-c', `primary_conninfo=host=nowhere password=${COMMAND_SECRET}`],
    );
    await ready();
  });
  afterAll(async () => {
    await watched?.stop();
    await engine?.stop();
  });
  afterEach(() => troubled.clear());

  const sql = (statement: string): Promise<string> =>
    engine.docker('exec', 'db', 'psql', '-U', 'postgres', '-Atc', statement);
  /** The server of the first start has no TCP; the one that stays has. */
  const ready = (): Promise<string> =>
    waitFor('the server', 20_000, () =>
      engine.docker('exec', 'db', 'psql', '-h', '127.0.0.1', '-U', 'postgres', '-wAtc', 'SELECT 1').catch(
        // It asks for a password: it is up.
        (error: unknown) => (/no password supplied/.test(String(error)) ? 'up' : undefined),
      ),
    );
  const identifier = (): Promise<string> => sql('SELECT system_identifier FROM pg_control_system()');
  const idOf = (name: string): string =>
    watched.view().inventory?.lastSeen?.facts.containers.find((one) => one.name === name)?.id ?? '';
  const controlOf = (name: string): ControlFacts | undefined => {
    const observation = watched.view().controls.get(idOf(name))?.observation;
    return observation?.seen ? observation.facts : undefined;
  };
  const texts = (): string => (watched.view().logLines.get('db') ?? []).map(({ text }) => text).join('\n');

  test('a container is known by its first database, and its log by how it began, without anybody in trouble', async () => {
    await watched.until('the lines', 5000, () => /PostgreSQL init process complete/.test(texts()));
    expect(texts()).toMatch(/^Success\. You can now start/m);
    expect(watched.view().controls.size).toBe(0);
    const db = watched.view().inventory?.lastSeen?.facts.containers.find(({ name }) => name === 'db');
    expect(db?.inspection).toMatchObject({ postgresDatabase: 'shop', pgdata: '/var/lib/postgresql/data' });
  });

  test('the cluster of a server that runs, and of the same one shut down, without leaving a trace in the events', async () => {
    const systemIdentifier = await identifier();
    const before = watched.changes();
    troubled.add('db');
    const tookMs = await watched.until('the running one', 3000, () => controlOf('db') !== undefined);
    expect(controlOf('db')).toEqual({ systemIdentifier, clusterState: 'in production' });
    expect(watched.changes()).toBeGreaterThan(before);
    await engine.docker('stop', 'db');
    const stoppedMs = await watched.until(
      'the end',
      3000,
      () => controlOf('db')?.clusterState === 'shut down',
    );
    expect(controlOf('db')).toEqual({ systemIdentifier, clusterState: 'shut down' });
    await watched.until('its last words', 3000, () => /received fast shutdown request/.test(texts()));
    // biome-ignore lint/suspicious/noConsole: measured figures.
    console.log({ tookMs, stoppedMs });

    // The engine goes on listing what has just stopped for a moment; after that nothing happens any more.
    await sleep(1500);
    // The next look mounts the volume of the stopped container, and nobody hears of it.
    const [events, changes] = [watched.view().events.length, watched.changes()];
    const { eventTallies } = watched.view();
    const at = watched.view().controls.get(idOf('db'))?.observation.at ?? 0;
    await watched.until('another look', 8000, ({ controls }) =>
      [...controls.values()].some(({ observation }) => observation.at > at),
    );
    await sleep(600);
    expect(watched.view().events.slice(events)).toEqual([]);
    expect(watched.changes()).toBe(changes);
    expect(watched.view().eventTallies).toEqual(eventTallies);
  });

  test('a cluster that is made anew in the same container is another one, and the log says so', async () => {
    troubled.add('db');
    await watched.until('the old one', 3000, () => controlOf('db') !== undefined);
    const before = controlOf('db')?.systemIdentifier;
    const data = join(engine.rootDirectory, 'volumes/data/_data');
    for (const file of readdirSync(data)) rmSync(join(data, file), { recursive: true });
    const lines = watched.view().logLines.get('db')?.length ?? 0;
    await engine.docker('start', 'db');
    await watched.until('the new one', 15_000, () => {
      const now = controlOf('db')?.systemIdentifier;
      return now !== undefined && now !== before;
    });
    await ready();
    expect(controlOf('db')?.systemIdentifier).toBe(await identifier());
    await watched.until('two initialisations', 10_000, () => texts().split('Success.').length === 3);
    expect(watched.view().logLines.get('db')?.length).toBeGreaterThan(lines);
  });

  test('a crash, and a secret that the log repeats: the line comes out without it', async () => {
    const notThere = `${SECRET} password=${COMMAND_SECRET} postgres://a:${COMMAND_SECRET}@b/${COMMAND_SECRET}`;
    await engine
      .docker('exec', 'db', 'psql', '-U', 'postgres', notThere.replaceAll('=', ':'))
      .catch(() => '');
    await engine.docker('exec', 'db', 'psql', '-U', 'postgres', SECRET).catch(() => '');
    expect(await engine.docker('logs', 'db')).toBeDefined();
    await engine.docker('kill', 'db');
    await watched.until('what was said before', 5000, () => /FATAL.*does not exist/.test(texts()));
    await engine.docker('start', 'db');
    await watched.until('the recovery', 8000, () => /not properly shut down/.test(texts()));
    expect(texts()).toMatch(/database "\[hidden\]" does not exist/);
    troubled.add('db');
    await watched.until('the cluster', 3000, () => controlOf('db') !== undefined);
    const text = printed(watched.view());
    expect(text).toContain('not properly shut down');
    expect(text).not.toContain('C4n4ry');
    const raw = await engine.docker('inspect', 'db');
    expect(raw).toContain(SECRET);
    expect(raw).toContain(COMMAND_SECRET);
  });

  test('a container without a cluster where PGDATA says', async () => {
    await engine.docker(
      ...[
        'run',
        '--detach',
        '--network',
        'none',
        '--name',
        'hollow',
        '--env',
        'PGDATA=/nowhere',
        images.tiny,
      ],
    );
    troubled.add('hollow');
    await watched.until('the look', 3000, ({ controls }) => controls.has(idOf('hollow')));
    expect(watched.view().controls.get(idOf('hollow'))?.observation).toMatchObject({
      seen: false,
      reason: 'absent',
    });
    await engine.docker('rm', '--force', 'hollow');
    await watched.until('nothing of it', 3000, ({ controls }) => controls.size === 0);
  });

  test('a restart of the daemon is counted once, with live restore too; a stream that is cut is not', async () => {
    const relay = await relayTo(engine.socket);
    const second = watchEngine(relay.host);
    try {
      await second.until('the first look', 5000, (view) => view.inventory?.observation.seen === true);
      await sleep(700);
      relay.cut();
      await sleep(1300);
      relay.block();
      await second.until('unseen', 4000, (view) => view.engine?.observation.seen === false);
      relay.pass();
      await second.until('seen again', 5000, (view) => view.inventory?.observation.seen === true);
      await sleep(700);
      expect([second.view().restarts, watched.view().restarts]).toEqual([[], []]);

      for (const [index, liveRestore] of [true, false].entries()) {
        // An engine to which nothing happened between two restarts has nothing to forget.
        await engine.docker('volume', 'create', `before-${index}`);
        const before = Date.now();
        await engine.restart({ liveRestore, signal: liveRestore ? 'SIGKILL' : 'SIGTERM' });
        for (const one of [watched, second]) {
          await one.until('the restart', 8000, ({ restarts }) => restarts.length === index + 1);
          expect(one.view().restarts.at(-1)).toBeGreaterThanOrEqual(before);
        }
        await sleep(1200);
        expect([watched.view().restarts.length, second.view().restarts.length]).toEqual([
          index + 1,
          index + 1,
        ]);
      }
    } finally {
      await second.stop();
      await relay.stop();
    }
  });
});
