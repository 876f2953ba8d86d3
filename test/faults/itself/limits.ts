import { readdirSync, readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from '../../kit/needs.ts';
import { run } from '../../kit/process.ts';
import { SEEN_WITHIN_MS, STUCK_WITHIN_MS } from '../disks/stage.ts';
import { parseExposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { noLoss } from '../harness/no-loss.ts';
import type { Stage } from '../harness/stage.ts';
import { treeOf } from '../harness/usage.ts';
import type { Vigil } from '../harness/vigil.ts';
import { seconds } from '../harness/words.ts';

const ROOT = { mountpoint: '/' };
/** A connection every 10 s and a look at the disks every 5 s: all of them meet the limit. */
const LIMITED_MS = 25_000;

async function watchServer(stage: Stage) {
  const { entry, backends, isWell } = await stage.postgres();
  const config = { servers: [entry], filesystems: { include: ['/'] } };
  const calm = (scrape: Parameters<typeof isWell>[0]): boolean =>
    isWell(scrape) && scrape.value('pgvigil_filesystem_up', ROOT) === 1;
  return { vigil: await stage.watch(config, { backends, calm }), isWell: calm };
}

const helpersOf = ({ exporter }: Vigil): readonly number[] =>
  treeOf(exporter.pid()).filter((pid) => commandOf(pid).includes('disposable/child.js'));

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** It may be gone in this very moment. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Helper processes that fail, and limits of the system that are reached. */
export const LIMITS: readonly Fault[] = [
  {
    row: 75,
    name: 'a helper process stands still',
    needs: ['postgres'],
    async play(stage) {
      const { vigil } = await watchServer(stage);
      const lifted = noLoss(vigil);
      for (const pid of helpersOf(vigil)) signal(pid, 'SIGSTOP');
      const told = { ...ROOT, reason: 'stuck' };
      const stuck = await vigil.until('pgvigil_filesystem_down_info', told, 1, STUCK_WITHIN_MS);
      // It was killed, and the next one is tried an interval later.
      const back = await vigil.until('pgvigil_filesystem_up', ROOT, 1, 5_000 + SEEN_WITHIN_MS);
      lifted();
      return `stuck after ${seconds(stuck)}, another helper after ${seconds(back)}`;
    },
  },
  {
    row: 76,
    name: 'every helper process is killed, again and again',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, isWell } = await watchServer(stage);
      const lifted = noLoss(vigil);
      let killed = 0;
      const until = performance.now() + 15_000;
      while (performance.now() < until) {
        killed += helpersOf(vigil).filter((pid) => signal(pid, 'SIGKILL')).length;
        await sleep(100);
      }
      const back = await vigil.becomes('it is well', SEEN_WITHIN_MS, isWell);
      lifted();
      return `${killed} killed, well again after ${seconds(back)}`;
    },
  },
  {
    row: 110,
    name: 'no file descriptor is left',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, isWell } = await watchServer(stage);
      const pid = vigil.exporter.pid();
      const limit = (most: number): Promise<unknown> =>
        run({ command: program('prlimit'), args: ['--pid', String(pid), `--nofile=${most}:`] });
      // A scraper with a connection is answered; who comes anew cannot be.
      await vigil.watch.pause();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      stage.undo(() => agent.destroy());
      const scrape = async () => parseExposition(await textOf(`${vigil.exporter.url}/metrics`, agent));
      await scrape();
      await limit(readdirSync(`/proc/${pid}/fd`).length);
      stage.undo(() => limit(4096));
      const until = performance.now() + LIMITED_MS;
      while (performance.now() < until) {
        const seen = await scrape();
        for (const forbidden of ['pgvigil_database_present', 'pgvigil_server_up'])
          if (seen.find(forbidden).some(({ value }) => value === 0))
            throw new Error(
              `a loss is told: ${seen.text
                .split('\n')
                .filter((line) => line.startsWith('pgvigil_server'))
                .join('\n')}\n${vigil.exporter.running().output()}`,
            );
        await sleep(500);
      }
      const state = (await scrape()).find('pgvigil_server_state').find(({ value }) => value === 1);
      await limit(4096);
      vigil.watch.resume();
      const back = await vigil.becomes('it is well', 20_000, isWell);
      return `server ${state?.labels['state']}, no loss told, well again after ${seconds(back)}`;
    },
  },
];

function textOf(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve(text));
    }).once('error', reject);
  });
}
