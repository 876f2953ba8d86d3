import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from '../../kit/needs.ts';
import { freePort } from '../../kit/ports.ts';
import { type Running, run, start, whileRunning } from '../../kit/process.ts';
import { waitFor } from '../../kit/wait.ts';
import type { Fault } from '../harness/fault.ts';
import { AS_IT_COMES_MS, endure, openServer } from '../harness/trouble.ts';
import { seconds } from '../harness/words.ts';

/** What Prometheus waits for by default (scrape_timeout, Prometheus docs). */
const SCRAPE_TIMEOUT_MS = 10_000;

/** One scrape of somebody else's exporter. */
interface PeerScrape {
  readonly ms: number;
  /** `undefined` when it did not come in time. */
  readonly text: string | undefined;
}

async function scrapePeer(address: string): Promise<PeerScrape> {
  const startedAt = performance.now();
  const text = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) })
    .then((response) => response.text())
    .catch(() => undefined);
  return { ms: performance.now() - startedAt, text };
}

/** Starts an exporter and waits until it says that all is well. */
async function startPeer(
  command: readonly string[],
  well: (text: string) => boolean,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly address: string; readonly running: Running }> {
  const address = `127.0.0.1:${await freePort()}`;
  const [first = '', ...args] = [...command, `--web.listen-address=${address}`, '--log.level=error'];
  const running = await start({ command: first, args, env: { ...process.env, ...env } });
  const ready = waitFor('the peer is well', 20_000, async () => {
    const { text } = await scrapePeer(address);
    return text !== undefined && well(text) ? true : undefined;
  });
  await whileRunning(running, first, ready);
  return { address, running };
}

async function versionOf(path: string): Promise<string> {
  const { output } = await run({ command: path, args: ['--version'] });
  return /version (\d[\w.]*)/.exec(output)?.[1] ?? 'of an unknown version';
}

/** The same fault, seen by another exporter and by pgvigil in the same run. */
export const PEERS: readonly Fault[] = [
  {
    row: 120,
    name: 'the postmaster is frozen, beside postgres_exporter',
    needs: ['postgres', 'postgres-exporter'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage, {});
      const path = program('prometheus-postgres-exporter', 'postgres_exporter');
      const url = `postgres://postgres@/postgres?host=${postgres.socketDirectory}&port=${postgres.port}&sslmode=disable`;
      const { address, running } = await startPeer([path], (text) => /^pg_up 1$/m.test(text), {
        DATA_SOURCE_NAME: url,
      });
      stage.undo(() => running.stop());
      stage.undo(() => postgres.signal('SIGCONT'));
      const scrapes: PeerScrape[] = [];
      let over = false;
      const scraping = (async () => {
        while (!over) {
          scrapes.push(await scrapePeer(address));
          await sleep(1_000);
        }
      })();
      const seen = await endure(vigil, isWell, {
        state: 'hung',
        reason: 'hung',
        begin: () => postgres.signal('SIGSTOP'),
        withinMs: AS_IT_COMES_MS,
        lastsMs: 10_000,
        async end() {
          over = true;
          await scraping;
          postgres.signal('SIGCONT');
        },
        backWithinMs: AS_IT_COMES_MS,
      });
      const said = (line: RegExp): number => scrapes.filter(({ text }) => text && line.test(text)).length;
      const [up, down] = [said(/^pg_up 1$/m), said(/^pg_up 0$/m)];
      const lost = scrapes.filter(({ text }) => text === undefined).length;
      if (down > 0 || up + lost !== scrapes.length)
        throw new Error(`postgres_exporter noticed it: pg_up 0 in ${down} of ${scrapes.length} scrapes`);
      return `${seen}; postgres_exporter ${await versionOf(path)}: pg_up 1 in ${up} of ${scrapes.length} scrapes, ${lost} without an answer, none with pg_up 0`;
    },
  },
  {
    row: 121,
    name: 'statfs hangs, beside node_exporter',
    needs: ['mounts', 'postgres', 'node-exporter'],
    async play(stage) {
      const { entry, backends, isWell } = await stage.postgres();
      const space = await stage.namespace();
      const directory = mkdtempSync(join(tmpdir(), 'pgvigil-fault-'));
      stage.undo(() => rm(directory, { recursive: true, force: true }));
      const mountpoint = join(directory, 'disk');
      const server = await space.fuse(mountpoint, 'ok');
      const vigil = await stage.watch(
        { servers: [entry], filesystems: { include: [mountpoint, '/'] } },
        { through: space.through, backends, calm: isWell },
      );
      const path = program('prometheus-node-exporter', 'node_exporter');
      const only = ['--collector.disable-defaults', '--collector.filesystem'];
      const { address } = await startPeer([...space.through, path, ...only], (text) =>
        text.includes(`mountpoint="${mountpoint}"`),
      );
      await space.run('kill', '-KILL', String(server));
      await space.run('umount', '--lazy', mountpoint);
      const hung = await space.fuse(mountpoint, 'hang');
      const scraped = scrapePeer(address);
      const stuck = await vigil.until('pgvigil_filesystem_up', { mountpoint }, 0, 9_000);
      const first = await scraped;
      const second = await scrapePeer(address);
      await vigil.stays('all else is seen', 3_000, isWell);
      await space.run('kill', '-KILL', String(hung));
      await space.run('umount', '--lazy', mountpoint);
      await space.fuse(mountpoint, 'ok');
      await vigil.until('pgvigil_filesystem_up', { mountpoint }, 1, 9_000);
      const told = ({ ms, text }: PeerScrape): string =>
        text === undefined ? `lost after ${seconds(ms)}` : `after ${seconds(ms)}`;
      if (first.text !== undefined && first.ms < 500) throw new Error('node_exporter was not troubled');
      const slowest = Math.round(Math.max(...vigil.watch.tookMs()));
      return `pgvigil: stuck after ${seconds(stuck)}, slowest scrape ${slowest} ms; node_exporter ${await versionOf(path)}: first scrape ${told(first)}, second ${told(second)}`;
    },
  },
];
