import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type PrivateDocker, startDockerd } from '../../kit/docker.ts';
import { describeWith } from '../../kit/needs.ts';
import { hasVolume, relayTo, type Watched, watchEngine } from './watch-engine.ts';

describeWith(['dockerd', 'docker-compose'], 'the Docker observer, with a real engine', () => {
  let engine: PrivateDocker;
  let image: string;
  let watched: Watched | undefined;
  beforeAll(async () => {
    engine = await startDockerd();
    image = await engine.tinyImage();
  });
  afterAll(() => engine?.stop());
  afterEach(async () => {
    const ending = watched;
    watched = undefined;
    await ending?.stop();
  });

  /** An observer that has looked once and follows the events. */
  async function watch(...options: Partial<Parameters<typeof watchEngine>>): Promise<Watched> {
    const [host = engine.host, ...others] = options;
    watched = watchEngine(host, ...others);
    await watched.until('the first look', 5000, (view) => view.inventory?.observation.seen === true);
    // The first replay is history until it has surely ended.
    await sleep(700);
    return watched;
  }

  /** Asks the engine without the cost of starting a program. */
  function api(method: string, path: string, body?: object): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request(
        { socketPath: engine.socket, method, path: `/v1.41${path}`, headers },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  test('sees the engine, its containers and volumes, and what they use', async () => {
    await engine.docker('run', '-d', '--network', 'none', '--name', 'looks', '-v', 'looked_at:/data', image);
    const { view, until } = await watch();
    expect(view().engine?.observation).toMatchObject({
      seen: true,
      facts: { rootDirectory: engine.rootDirectory, apiVersion: '1.41' },
    });
    const seen = view().inventory?.lastSeen?.facts;
    const container = seen?.containers.find(({ name }) => name === 'looks');
    expect(container).toMatchObject({ state: 'running', networkMode: 'none' });
    expect(container?.mounts[0]).toMatchObject({ volume: 'looked_at', destination: '/data' });
    // It is watched, so it was inspected though it does not look like PostgreSQL.
    expect(container?.inspection).toMatchObject({ restartPolicy: 'no', oomKilled: false });
    await until('disk usage', 5000, ({ diskUsage }) => diskUsage?.observation.seen === true);
    expect(view().diskUsage?.lastSeen?.facts.volumeSizes.has('looked_at')).toBe(true);
    await engine.docker('rm', '-fv', 'looks');
  });

  test('volume rm: the event and its absence are known within half a second, and a tick is asked for', async () => {
    await engine.docker('volume', 'create', 'removed');
    const { view, until, changes } = await watch();
    const before = changes();
    await engine.docker('volume', 'rm', 'removed');
    await until('its absence', 500, (now) => hasVolume(now, 'removed') === false);
    expect(view().events.at(-1)).toMatchObject({ type: 'volume', action: 'destroy', name: 'removed' });
    expect(changes()).toBeGreaterThan(before);
  });

  test('compose down -v: the events of container and volume, the project, the absence', async () => {
    const directory = join(engine.workDirectory, 'shop');
    mkdirSync(directory, { recursive: true });
    writeFileSync(
      join(directory, 'docker-compose.yml'),
      `version: '3.7'\nservices:\n  db:\n    image: ${image}\n    network_mode: none\n    volumes: ['data:/data']\nvolumes: { data: {} }\n`,
    );
    await engine.compose(directory, 'up', '-d');
    const { view, until } = await watch();
    await engine.compose(directory, 'down', '-v');
    await until('the absence', 500, (now) => hasVolume(now, 'shop_data') === false);
    const told = view().events.filter(({ name }) => name === 'shop_data' || name === 'shop_db_1');
    const actions = told.map(({ type, action }) => `${type} ${action}`);
    expect(actions).toEqual(expect.arrayContaining(['container die', 'container destroy', 'volume destroy']));
    const die = told.find(({ action }) => action === 'die');
    expect(die?.attributes.get('com.docker.compose.project')).toBe('shop');
    expect(view().eventTallies).toContainEqual({ type: 'volume', action: 'destroy', count: 1 });
  });

  test('volume prune on 20.10: one event without a name, the list tells what is gone', async () => {
    await engine.docker('volume', 'create', 'pruned');
    const { view, until, changes } = await watch();
    const before = changes();
    await engine.docker('volume', 'prune', '--force');
    await until('its absence', 500, (now) => hasVolume(now, 'pruned') === false);
    expect(view().events.at(-1)).toMatchObject({ type: 'volume', action: 'prune', id: '' });
    expect(view().events.some(({ action, name }) => action === 'destroy' && name === 'pruned')).toBe(false);
    expect(changes()).toBeGreaterThan(before);
  });

  test('a directory that is deleted behind the back of Docker: no event, found by the next poll', async () => {
    await engine.docker('volume', 'create', 'hollow');
    const { view, until, changes } = await watch(engine.host, () => true, 1000);
    const [before, events] = [changes(), view().events.length];
    rmSync(join(engine.rootDirectory, 'volumes/hollow'), { recursive: true });
    await until('missing data', 2000, (now) =>
      Boolean(now.inventory?.lastSeen?.facts.volumes.find(({ name }) => name === 'hollow')?.dataMissing),
    );
    expect(view().events).toHaveLength(events);
    expect(changes()).toBeGreaterThan(before);
    await engine.docker('volume', 'rm', '--force', 'hollow');
  });

  test('a container that stops is inspected anew', async () => {
    await engine.docker('run', '-d', '--network', 'none', '--name', 'stops', image);
    const { view, until } = await watch();
    const stops = (): unknown =>
      view().inventory?.lastSeen?.facts.containers.find(({ name }) => name === 'stops');
    expect(stops()).toMatchObject({ state: 'running', inspection: { finishedAt: undefined } });
    await engine.docker('kill', 'stops');
    await until('the end', 500, () => (stops() as { state: string }).state === 'exited');
    expect(stops()).toMatchObject({ inspection: { exitCode: 137, finishedAt: expect.any(Number) } });
    await engine.docker('rm', '--force', 'stops');
  });

  test('2000 events in a flood: all are counted, and the engine is not slowed down', async () => {
    const createAll = async (prefix: string): Promise<number[]> => {
      const took: number[] = [];
      for (let index = 0; index < 1000; index += 1) {
        const startedAt = performance.now();
        await api('POST', '/volumes/create', { Name: `${prefix}${index}` });
        await api('DELETE', `/volumes/${prefix}${index}`);
        took.push(performance.now() - startedAt);
      }
      return took.sort((a, b) => a - b);
    };
    const alone = await createAll('alone');
    const { view, until } = await watch(engine.host, ({ name }) => name.startsWith('flood'));
    const followed = await createAll('flood');
    await until('all events', 2000, ({ eventTallies }) =>
      ['create', 'destroy'].every((action) =>
        eventTallies.some((tally) => tally.action === action && tally.count === 1000),
      ),
    );
    const [median, medianAlone, worst] = [followed[500] ?? 0, alone[500] ?? 0, followed[999] ?? 0];
    // biome-ignore lint/suspicious/noConsole: a measured figure.
    console.log({ medianAlone, median, worstAlone: alone[999], worst });
    expect(view().eventGaps).toBe(0);
    expect(view().events.length).toBeLessThanOrEqual(300);
    // A reader that is not drained costs the engine 100 ms per event.
    expect(median).toBeLessThan(Math.max(20, medianAlone * 5));
    expect(worst).toBeLessThan(1000);
  });

  test('a restart of the daemon: unseen while it lasts, seen again within 5 s, the lost history is counted', async () => {
    const { view, until } = await watch();
    expect(view().eventGaps).toBe(0);
    await engine.shutDown();
    await until('unseen', 1000, (now) => now.engine?.observation.seen === false);
    expect(view().inventory?.observation).toMatchObject({ seen: false });
    expect(view().inventory?.lastSeen?.facts.containers).toBeDefined();
    expect(['absent', 'refused', 'error']).toContain(reasonOf(view()));
    await engine.restart();
    await until('seen again', 5000, (now) => now.inventory?.observation.seen === true);
    await until('the gap', 2000, ({ eventGaps }) => eventGaps === 1);
    await engine.docker('volume', 'create', 'after_restart');
    await until('events again', 500, ({ events }) => events.some(({ name }) => name === 'after_restart'));
  });

  test('SIGKILL of the daemon is noticed at once', async () => {
    const { until } = await watch();
    await engine.shutDown('SIGKILL');
    await until('unseen', 1000, (now) => now.engine?.observation.seen === false);
    await engine.restart();
    await until('seen again', 5000, (now) => now.inventory?.observation.seen === true);
  });

  test('a frozen daemon: unseen within 4 s, the end takes no time, and a thaw loses nothing', async () => {
    const first = await watch();
    const second = watchEngine(engine.host);
    await second.until('the first look', 5000, (now) => now.inventory?.observation.seen === true);
    engine.freeze();
    try {
      await first.until('unseen', 4000, (now) => now.engine?.observation.seen === false);
      expect(reasonOf(first.view())).toBe('timeout');
      expect(first.view().inventory?.observation.seen).toBe(false);
      const startedAt = performance.now();
      await second.stop();
      expect(performance.now() - startedAt).toBeLessThan(1000);
    } finally {
      engine.thaw();
    }
    await first.until('seen again', 4000, (now) => now.inventory?.observation.seen === true);
    await sleep(700);
    expect(first.view().eventGaps).toBe(0);
  });

  test('a stream that is cut is opened again without a loss, and 300 events in between are a gap', async () => {
    const relay = await relayTo(engine.socket);
    try {
      const { view, until } = await watch(relay.host);
      await api('POST', '/volumes/create', { Name: 'thread' });
      await until('the event', 500, ({ events }) => events.some(({ name }) => name === 'thread'));
      relay.cut();
      await api('POST', '/volumes/create', { Name: 'during_cut' });
      await until('the event of the pause', 2000, ({ events }) =>
        events.some(({ name }) => name === 'during_cut'),
      );
      await sleep(700);
      expect(view().eventGaps).toBe(0);

      relay.block();
      for (let index = 0; index < 150; index += 1) {
        await api('POST', '/volumes/create', { Name: `missed${index}` });
        await api('DELETE', `/volumes/missed${index}`);
      }
      await api('DELETE', '/volumes/thread');
      await sleep(1600);
      relay.pass();
      await until('the gap', 5000, ({ eventGaps }) => eventGaps === 1);
      await until('the list', 2000, (now) => hasVolume(now, 'thread') === false);
    } finally {
      await relay.stop();
    }
  });

  test('connections do not pile up: at rest there is the stream and nothing else', async () => {
    const relay = await relayTo(engine.socket);
    try {
      await watch(relay.host, () => true, 200);
      const counts: number[] = [];
      for (let look = 0; look < 40; look += 1) {
        await sleep(50);
        counts.push(relay.connections());
      }
      expect(Math.min(...counts)).toBe(1);
      expect(Math.max(...counts)).toBeLessThanOrEqual(8);
      await watched?.stop();
      watched = undefined;
      await sleep(200);
      expect(relay.connections()).toBe(0);
    } finally {
      await relay.stop();
    }
  });
});

function reasonOf(view: ReturnType<Watched['view']>): string | undefined {
  const observation = view.engine?.observation;
  return observation?.seen === false ? observation.reason : undefined;
}
