import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { relayTo } from '../../observe/docker/watch-engine.ts';
import { SERVER_LOSSES } from '../../scenarios/losses-servers.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { fromScenario, scenarioNamed } from '../harness/from-scenario.ts';
import { seconds } from '../harness/words.ts';
import { CONTAINER_NEEDS, watchContainer } from './container.ts';

type DockerScenario = Extract<Scenario, { stage: 'docker' }>;

/** A pulse every 1.5 s with a deadline of 2 s, and a tick. */
const SEEN_WITHIN_MS = 8_000;
/** A container that is started anew, and the looks at it. */
const BACK_WITHIN_MS = 30_000;
/** More than the engine remembers. */
const OVER_THE_RING = 300;
/** Docker may wait for each event that nobody reads: what has not passed by then does not. */
const PUBLISHING_MS = 20_000;
/** What one create may wait for a reader that has stopped: the engine gives it 100 ms, and then drops the event. */
const SLOWEST_CREATE_MS = 2_000;
const SERVER = { server: 'main' };
const gapsOf = (scrape: Exposition | undefined): number =>
  scrape?.value('pgvigil_docker_event_gaps_total') ?? Number.NaN;

const opened = (scrape: Exposition): string | undefined =>
  scrape.find('pgvigil_incident_open').length > 0 ? 'something was called lost' : undefined;

/** Docker itself goes away, hangs, or forgets. */
export const DOCKER_DAEMON: readonly Fault[] = [
  {
    row: 61,
    name: 'dockerd ends by TERM and by KILL with live-restore: its containers run on',
    needs: CONTAINER_NEEDS,
    async play(stage) {
      const engine = await stage.engines.of('lone');
      await engine.restart({ liveRestore: true });
      const { vigil, isWell, serverIsWell } = await watchContainer(stage, { slug: 'f61a', lane: 'lone' });
      vigil.watch.forbid(opened);
      const told: string[] = [];
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const gaps = gapsOf(vigil.watch.last());
        // An engine to which nothing happened between two restarts has nothing to forget.
        await createVolume(engine.socket, 'f61a_again', 1);
        // A killed one may not have told it yet.
        await sleep(500);
        await engine.shutDown(signal);
        const away = await vigil.until('pgvigil_docker_up', {}, 0, SEEN_WITHIN_MS);
        await vigil.stays('the server is seen', 3_000, serverIsWell);
        await engine.restart({ liveRestore: true });
        const back = await vigil.becomes('seen well', SEEN_WITHIN_MS, isWell);
        await vigil.becomes('the gap is counted', SEEN_WITHIN_MS, (scrape) => gapsOf(scrape) > gaps);
        told.push(`${signal}: away after ${seconds(away)}, back after ${seconds(back)}, a gap`);
      }
      return told.join('; ');
    },
  },
  {
    row: 61,
    name: 'dockerd ends by TERM and by KILL without live-restore: its containers end and come back',
    needs: CONTAINER_NEEDS,
    async play(stage) {
      const engine = await stage.engines.of('lone');
      await engine.restart({ liveRestore: false });
      const { vigil, isWell } = await watchContainer(stage, {
        slug: 'f61b',
        lane: 'lone',
        service: { service: { restart: 'always' } },
      });
      vigil.watch.forbid(opened);
      const told: string[] = [];
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await engine.shutDown(signal);
        const away = await vigil.until('pgvigil_docker_up', {}, 0, SEEN_WITHIN_MS);
        await engine.restart();
        const back = await vigil.becomes('seen well', BACK_WITHIN_MS, isWell);
        told.push(`${signal}: away after ${seconds(away)}, back after ${seconds(back)}`);
      }
      return `${told.join('; ')}; nothing opened`;
    },
  },
  fromScenario<DockerScenario>(
    61,
    scenarioNamed(
      SERVER_LOSSES.filter((one): one is DockerScenario => one.stage === 'docker'),
      'Docker restarted, and the container does not come back',
    ),
  ),
  {
    row: 62,
    name: 'dockerd is frozen',
    needs: CONTAINER_NEEDS,
    async play(stage) {
      const { engine, vigil, isWell, serverIsWell, volume } = await watchContainer(stage, {
        slug: 'f62x',
        lane: 'lone',
      });
      vigil.watch.forbid(opened);
      engine.freeze();
      const away = await vigil.until('pgvigil_docker_down_info', { reason: 'timeout' }, 1, SEEN_WITHIN_MS);
      await vigil.until('pgvigil_volume_present', { volume }, undefined, SEEN_WITHIN_MS);
      await vigil.stays('the server is seen', 10_000, serverIsWell);
      engine.thaw();
      const back = await vigil.becomes('seen well', SEEN_WITHIN_MS, isWell);
      return `timeout after ${seconds(away)}, the server seen all the time, back after ${seconds(back)}`;
    },
  },
  {
    row: 64,
    name: 'the volume is removed while Docker cannot be reached, and 300 events bury it',
    needs: CONTAINER_NEEDS,
    async play(stage) {
      const engine = await stage.engines.of('shared');
      const relay = await relayTo(engine.socket);
      stage.undo(relay.stop);
      const { docker, container, volume, vigil } = await watchContainer(stage, {
        slug: 'f64x',
        host: relay.host,
      });
      const gaps = gapsOf(vigil.watch.last());
      relay.block();
      await vigil.until('pgvigil_docker_up', {}, 0, SEEN_WITHIN_MS);
      await docker('rm', '--force', container);
      await docker('volume', 'rm', volume);
      await createVolume(engine.socket, 'f64x_again', OVER_THE_RING);
      relay.pass();
      const told = await vigil.becomes('the volume is missing', SEEN_WITHIN_MS, (scrape) => {
        return scrape.find('pgvigil_incident_open', { kind: 'volume_missing' }).length === 1;
      });
      await vigil.becomes('the gap is counted', SEEN_WITHIN_MS, (scrape) => gapsOf(scrape) > gaps);
      const { incidents } = await vigil.report();
      const [{ cause, confidence } = { cause: undefined, confidence: undefined }] = incidents;
      if (cause !== 'volume_removed' || confidence !== 'inferred' || incidents.length !== 1)
        throw new Error(`told: ${JSON.stringify(incidents)}`);
      return `volume_removed, inferred, ${seconds(told)} after Docker was back; a gap is counted`;
    },
  },
  {
    row: 66,
    name: 'pgvigil is stopped for ten seconds and more while up to 2,000 events pass',
    needs: CONTAINER_NEEDS,
    async play(stage) {
      const { engine, vigil, isWell, docker, container, volume } = await watchContainer(stage, {
        slug: 'f66x',
        lane: 'lone',
      });
      const stop = vigil.watch.forbid(opened);
      const gaps = gapsOf(vigil.watch.last());
      await vigil.watch.pause();
      const pid = vigil.exporter.pid();
      process.kill(pid, 'SIGSTOP');
      const startedAt = performance.now();
      const { slowest, made } = await createVolume(engine.socket, 'f66x_again', 2_000, PUBLISHING_MS);
      if (made < OVER_THE_RING) throw new Error(`only ${made} events in ${seconds(PUBLISHING_MS)}`);
      await sleep(Math.max(0, startedAt + 10_000 - performance.now()));
      const resumedS = Date.now() / 1000;
      process.kill(pid, 'SIGCONT');
      vigil.watch.resume();
      if (slowest > SLOWEST_CREATE_MS) throw new Error(`Docker took ${seconds(slowest)} to create a volume`);
      const back = await vigil.becomes('seen well, and a gap counted', SEEN_WITHIN_MS, (scrape) => {
        const isNew = (scrape.value('pgvigil_report_timestamp_seconds') ?? 0) > resumedS;
        return isNew && isWell(scrape) && gapsOf(scrape) > gaps;
      });
      stop();
      // It is no longer deaf.
      await docker('rm', '--force', container);
      await docker('volume', 'rm', volume);
      const told = await vigil.until('pgvigil_volume_present', { volume }, 0, SEEN_WITHIN_MS);
      await vigil.until('pgvigil_server_up', SERVER, 0, SEEN_WITHIN_MS);
      return `${made} events, slowest create ${Math.round(slowest)} ms; well and a gap counted after ${seconds(back)}; a loss then told after ${seconds(told)}`;
    },
  },
];

/**
 * Creates a volume so many times, one after the other, each of which Docker 20.10 tells as an event; ends early after
 * `withinMs`. Gives how long the slowest took, in milliseconds, and how many were made.
 */
async function createVolume(
  socketPath: string,
  name: string,
  times: number,
  withinMs = Number.POSITIVE_INFINITY,
): Promise<{ readonly slowest: number; readonly made: number }> {
  const until = performance.now() + withinMs;
  let slowest = 0;
  let made = 0;
  for (; made < times && performance.now() < until; made += 1) {
    const startedAt = performance.now();
    await post(socketPath, '/volumes/create', { Name: name });
    slowest = Math.max(slowest, performance.now() - startedAt);
  }
  return { slowest, made };
}

function post(socketPath: string, path: string, body: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request({ socketPath, path, method: 'POST', headers }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 201 ? resolve() : reject(new Error(`${path}: HTTP ${response.statusCode}`)),
      );
    });
    asked.once('error', reject);
    asked.end(JSON.stringify(body));
  });
}
