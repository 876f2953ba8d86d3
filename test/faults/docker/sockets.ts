import { mkdtempSync } from 'node:fs';
import { chmod, link, mkdir, rename, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from '../../kit/needs.ts';
import { fixture } from '../../observe/docker/fixture.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import type { Vigil } from '../harness/vigil.ts';
import { seconds } from '../harness/words.ts';
import { engineIsWell, VOLUME, watchWithEngine } from './engine-stand-in.ts';

/** A pulse every 1.5 s with a deadline of 2 s, and a tick. */
const SEEN_WITHIN_MS = 8_000;

const status =
  (code: number, type: string, body: string): RequestListener =>
  (_, response) => {
    response.writeHead(code, { 'content-type': type });
    response.end(body);
  };
const forbidden = status(403, 'text/plain', 'forbidden');
const page = status(200, 'text/html', '<html><body>sign in</body></html>');

/** Never is the volume called missing where nobody could look, and never is anything open. */
const alarm = (scrape: Exposition): string | undefined =>
  scrape.value('pgvigil_volume_present', { volume: VOLUME }) === 0 ||
  scrape.find('pgvigil_incident_open').length > 0
    ? 'something was called lost'
    : undefined;

/** The engine is unseen for this reason, its volume unknown, and the server seen as before. */
async function unseen(
  vigil: Vigil,
  reason: string,
  serverIsWell: (scrape: Exposition) => boolean,
): Promise<number> {
  return vigil.becomes(`the engine is ${reason}`, SEEN_WITHIN_MS, (scrape) => {
    return (
      scrape.value('pgvigil_docker_up') === 0 &&
      scrape.value('pgvigil_docker_down_info', { reason }) === 1 &&
      scrape.value('pgvigil_volume_present', { volume: VOLUME }) === undefined &&
      serverIsWell(scrape)
    );
  });
}

/** What is between pgvigil and an engine, and engines of other ages. */
export const DOCKER_SOCKETS: readonly Fault[] = [
  {
    row: 67,
    name: 'the socket of Docker is missing, a directory, closed to us, dead',
    needs: ['postgres', 'root'],
    async play(stage) {
      const directory = mkdtempSync(join(tmpdir(), 'pgvigil-fault-'));
      stage.undo(() => rm(directory, { recursive: true, force: true }));
      const socket = join(directory, 'docker.sock');
      const aside = join(directory, 'aside');
      const dead = join(directory, 'dead');
      // As a single file that was mounted: it outlives the listener, who has made a new one since.
      const former = createServer();
      await new Promise<void>((resolve) => former.listen(dead, resolve));
      await link(dead, join(directory, 'kept'));
      await new Promise((resolve) => former.close(resolve));
      await rename(join(directory, 'kept'), dead);
      // Root without the right to pass by permissions.
      const through = [program('setpriv'), '--bounding-set', '-dac_override,-dac_read_search'];
      const { vigil, serverIsWell } = await watchWithEngine(stage, socket, { through });
      vigil.watch.forbid(alarm);
      const told: string[] = [];
      const step = async (reason: string): Promise<void> =>
        void told.push(`${reason} ${seconds(await unseen(vigil, reason, serverIsWell))}`);
      await rename(socket, aside);
      await step('absent');
      await mkdir(socket);
      await step('refused');
      await rm(socket, { recursive: true });
      await rename(aside, socket);
      await chmod(socket, 0);
      await step('forbidden');
      await rename(socket, aside);
      await rename(dead, socket);
      await step('refused');
      if (!vigil.exporter.running().output().includes('mount its directory'))
        throw new Error('no hint in the log');
      await chmod(aside, 0o600);
      await rename(aside, socket);
      const back = await vigil.becomes('the engine is seen', SEEN_WITHIN_MS, engineIsWell);
      return `${told.join(', ')}; back ${seconds(back)}`;
    },
  },
  {
    row: 68,
    name: 'a proxy that answers 403 or a web page, bars one list, and cuts every two seconds',
    needs: ['postgres'],
    async play(stage) {
      const { engine, vigil, serverIsWell } = await watchWithEngine(stage);
      vigil.watch.forbid(alarm);
      const told: string[] = [];
      for (const [reason, answer] of [
        ['forbidden', forbidden],
        ['protocol', page],
        ['error', status(502, 'text/html', '<h1>502 Bad Gateway</h1>')],
      ] as const) {
        engine.answer(answer);
        engine.cut();
        told.push(`${reason} ${seconds(await unseen(vigil, reason, serverIsWell))}`);
      }
      engine.answer(engine.recorded({ '/volumes': forbidden }));
      await vigil.becomes('the engine is seen, and its volumes are not', SEEN_WITHIN_MS, (scrape) => {
        const volume = scrape.value('pgvigil_volume_present', { volume: VOLUME });
        return scrape.value('pgvigil_docker_up') === 1 && volume === undefined && serverIsWell(scrape);
      });
      engine.answer(engine.recorded());
      await vigil.becomes('the engine is seen', SEEN_WITHIN_MS, engineIsWell);
      const gaps = vigil.watch.last()?.value('pgvigil_docker_event_gaps_total');
      for (let cut = 0; cut < 5; cut += 1) {
        engine.cut();
        await vigil.stays('the engine is seen', 2_000, engineIsWell);
      }
      await vigil.until('pgvigil_docker_event_gaps_total', {}, gaps, 0);
      return `${told.join(', ')}; five cuts, no gap`;
    },
  },
  {
    row: 69,
    name: 'engines that speak a newer, an older, no or only another version of the API',
    needs: ['postgres'],
    async play(stage) {
      const { engine, vigil, serverIsWell } = await watchWithEngine(stage);
      vigil.watch.forbid(alarm);
      const told: string[] = [];
      for (const [theirs, spoken] of [
        ['1.99', '/v1.51/'],
        ['1.24', '/v1.24/'],
        ['banana', '/'],
        [null, '/'],
      ] as const) {
        const asked: string[] = [];
        engine.answer(engine.recorded({ '/events': events }, asked, theirs));
        engine.cut();
        await sleep(3_000);
        await vigil.becomes('the engine is seen', SEEN_WITHIN_MS, engineIsWell);
        if (!asked.includes(`GET ${spoken}volumes`))
          throw new Error(`${theirs}: ${asked.slice(-8).join(', ')}`);
        told.push(`${theirs ?? 'none'}: ${spoken}`);
      }
      const ours = engine.recorded({}, [], '1.99');
      // It was upgraded: nothing that was known of it holds.
      engine.answer(forbidden);
      await unseen(vigil, 'forbidden', serverIsWell);
      engine.answer((request, response) =>
        request.url === '/_ping'
          ? ours(request, response)
          : status(
              400,
              'application/json',
              '{"message":"client version 1.51 is too old"}',
            )(request, response),
      );
      engine.cut();
      await unseen(vigil, 'protocol', serverIsWell);
      engine.answer(engine.recorded());
      await vigil.becomes('the engine is seen', SEEN_WITHIN_MS, engineIsWell);
      return `${told.join(', ')}; one that refuses ours is told as protocol`;
    },
  },
];

const events: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/jsonl' });
  response.write(fixture('moby-1.52-events.ndjson'));
};
