import type { RequestListener } from 'node:http';
import { fixture } from '../../observe/docker/fixture.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { seconds } from '../harness/words.ts';
import { engineIsWell, VOLUME, watchWithEngine } from './engine-stand-in.ts';

const SEEN_WITHIN_MS = 8_000;
const MIB = 2 ** 20;
const gapsOf = (scrape: Exposition | undefined): number =>
  scrape?.value('pgvigil_docker_event_gaps_total') ?? Number.NaN;

/** Half of an answer, and then nothing any more. */
const half =
  (text: string): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(text.slice(0, text.length / 2));
  };

/** One event of the volume of the server, in one line. */
const mounted = (at: number): string =>
  `${JSON.stringify({
    Type: 'volume',
    Action: 'mount',
    Actor: { ID: VOLUME, Attributes: { driver: 'local', container: 'aa11', destination: '/x' } },
    time: Math.floor(at / 1000),
    timeNano: at * 1e6,
  })}\n`;

/** Engines that answer what no engine should. */
export const DOCKER_LIARS: readonly Fault[] = [
  {
    row: 141,
    name: 'an engine that sends half a line of JSON and stops',
    needs: ['postgres'],
    async play(stage) {
      const { engine, vigil, serverIsWell } = await watchWithEngine(stage);
      const event = mounted(Date.now());
      engine.answer(
        engine.recorded({ '/volumes': half(fixture('moby-20.10-volumes.json')), '/events': half(event) }),
      );
      engine.cut();
      const unseen = await vigil.becomes('the volume is unknown', SEEN_WITHIN_MS, (scrape) => {
        const volume = scrape.value('pgvigil_volume_present', { volume: VOLUME });
        return volume === undefined && serverIsWell(scrape);
      });
      await vigil.stays('and not called missing', 5_000, (scrape) => {
        const volume = scrape.value('pgvigil_volume_present', { volume: VOLUME });
        return volume === undefined && scrape.find('pgvigil_incident_open').length === 0;
      });
      engine.answer(engine.recorded());
      engine.cut();
      const back = await vigil.becomes('the engine is seen', SEEN_WITHIN_MS, engineIsWell);
      return `unknown after ${seconds(unseen)}, back after ${seconds(back)}`;
    },
  },
  {
    row: 142,
    name: 'an engine whose events are 10 MB without the end of a line',
    needs: ['postgres'],
    async play(stage) {
      const { engine, vigil } = await watchWithEngine(stage);
      const before = gapsOf(vigil.watch.last());
      const mounts = { type: 'volume', action: 'mount' };
      const counted = vigil.watch.last()?.value('pgvigil_docker_events_total', mounts) ?? 0;
      engine.answer(
        engine.recorded({
          '/events': (_, response) => {
            response.writeHead(200, { 'content-type': 'application/json' });
            response.write(fixture('moby-20.10-events.ndjson'));
            setTimeout(() => {
              response.write('x'.repeat(10 * MIB));
              response.write(`\n${mounted(Date.now())}`);
            }, 1_500);
          },
        }),
      );
      engine.cut();
      const told = await vigil.becomes(
        'a gap is counted',
        SEEN_WITHIN_MS,
        (scrape) => gapsOf(scrape) > before,
      );
      await vigil.until('pgvigil_docker_events_total', mounts, counted + 1, SEEN_WITHIN_MS);
      await vigil.stays('the engine is seen', 2_000, engineIsWell);
      return `a gap after ${seconds(told)}; the next event was read`;
    },
  },
  {
    row: 143,
    name: 'a list of 5,000 volumes with hostile names',
    needs: ['postgres'],
    async play(stage) {
      const { engine, vigil, serverIsWell } = await watchWithEngine(stage);
      const list = JSON.parse(fixture('moby-20.10-volumes.json')) as { Volumes: object[] };
      const hostile = Array.from({ length: 5_000 }, (_, index) => volumeOf(index));
      const text = JSON.stringify({ Volumes: [...hostile, ...list.Volumes], Warnings: null });
      let asked = 0;
      engine.answer(
        engine.recorded({
          '/volumes': (_, response) => {
            asked += 1;
            response.writeHead(200, { 'content-type': 'application/json' });
            response.end(text);
          },
        }),
      );
      await vigil.becomes('it was read five times', 20_000, () => asked >= 5);
      await vigil.stays('all is seen', 3_000, (scrape) => engineIsWell(scrape) && serverIsWell(scrape));
      const page = await (await fetch(vigil.exporter.url)).text();
      if (page.includes('<script>alert')) throw new Error('the page has a script in it');
      const exported = vigil.watch.last()?.find('pgvigil_volume_present').length;
      engine.answer(engine.recorded());
      return `${Math.round(text.length / 1024)} KiB, read ${asked} times; ${exported} volumes exported`;
    },
  },
];

const NAMES: readonly ((index: number) => unknown)[] = [
  (index) => `a"b\\c\n${index}`,
  (index) => `<script>alert(${index})</script>`,
  (index) => `} 1\n# EOF ${index}`,
  (index) => `../../${index}`,
  (index) => `😀${'é'.repeat(500)}${index}`,
  (index) => `\ud800${index}`,
  (index) => index,
  () => null,
  () => '',
  () => '__proto__',
  (index) => ({ name: index }),
];

function volumeOf(index: number): object {
  const name = NAMES[index % NAMES.length]?.(index);
  return {
    Name: name,
    Driver: index % 3 === 0 ? 'local' : `${String(name)}"`,
    Mountpoint: index % 5 === 0 ? null : `/var/lib/docker/volumes/${String(name)}/_data`,
    CreatedAt: index % 7 === 0 ? 'yesterday' : '2026-11-23T02:31:16Z',
    Labels:
      index % 2 === 0 ? null : { 'com.docker.compose.project': `<b>${index}`, ['pgvigil.x']: ['no', 'text'] },
  };
}
