import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVER_LOSSES } from '../../scenarios/losses-servers.ts';
import type { Fault } from '../harness/fault.ts';
import { fromScenario, scenarioNamed } from '../harness/from-scenario.ts';
import { AS_IT_COMES_MS, endure, isIn, openServer, QUICKLY_MS } from '../harness/trouble.ts';
import { seconds } from '../harness/words.ts';

/** How long a server that nobody keeps from it takes to shut down. */
const SHUTDOWN_MS = 2_000;

/** Server processes that die, loop or go. */
export const PROCESSES: readonly Fault[] = [
  {
    row: 28,
    name: 'a server process is killed, and all others end with it',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, pids, isWell } = await openServer(stage);
      const took: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        const before = pids();
        const [victim] = before;
        if (victim === undefined) throw new Error('there is no session to kill');
        process.kill(victim, 'SIGKILL');
        const back = await vigil.becomes(
          'seen anew',
          QUICKLY_MS,
          (scrape) => isWell(scrape) && pids().some((pid) => !before.includes(pid)),
        );
        took.push(seconds(back));
        await sleep(2_000);
      }
      const recoveries = postgres.log().split('all server processes terminated; reinitializing').length - 1;
      if (recoveries !== 3) throw new Error(`the server recovered ${recoveries} times`);
      return `three crashes, all seen again after ${took.join(', ')}`;
    },
  },
  {
    row: 29,
    name: 'the server is started again and again and never comes up',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage);
      const file = join(postgres.dataDirectory, 'postgresql.conf');
      const good = await readFile(file, 'utf8');
      let starts = 0;
      let looping: Promise<void> | undefined;
      let over = false;
      async function loop(): Promise<void> {
        while (!over) {
          await postgres.start().catch(() => {});
          starts += 1;
          await sleep(300);
        }
      }
      const seen = await endure(vigil, isWell, {
        state: 'down',
        reason: 'refused',
        async begin() {
          await writeFile(file, `${good}\nshared_bufers = 128MB\n`);
          await postgres.stop('fast');
          looping = loop();
        },
        lastsMs: 8_000,
        async end() {
          over = true;
          await looping;
          await writeFile(file, good);
          await postgres.start();
        },
      });
      return `${seen}; started ${starts} times in vain`;
    },
  },
  {
    row: 29,
    name: 'the server comes up and dies, again and again',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage);
      for (let round = 0; round < 6; round += 1) {
        await postgres.kill();
        await sleep(700);
        await postgres.start();
        await sleep(1_000);
      }
      const back = await vigil.becomes('all is well', QUICKLY_MS, isWell);
      return `six crashes in a row, all well ${seconds(back)} after the last`;
    },
  },
  fromScenario(29, scenarioNamed(SERVER_LOSSES, 'container in a crash loop')),
  {
    row: 30,
    name: 'a smart shutdown waits for a session of somebody else',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, backends, isWell } = await openServer(stage);
      const held = await postgres.session();
      let ended = Number.NaN;
      const seen = await endure(vigil, isWell, {
        state: 'stopping',
        reason: 'stopping',
        begin: () => postgres.stop('smart', 0),
        meanwhile: () => backends() <= 1,
        async end() {
          const startedAt = performance.now();
          await held.end();
          if (!(await postgres.stop('smart', SHUTDOWN_MS))) throw new Error('the server waits for pgvigil');
          ended = performance.now() - startedAt;
          await postgres.start();
        },
      });
      return `${seen}; the server ended ${seconds(ended)} after the other session`;
    },
  },
  {
    row: 30,
    name: 'a smart shutdown finds no session but that of pgvigil',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage, {});
      const startedAt = performance.now();
      const gone = await postgres.stop('smart', 10_000 + SHUTDOWN_MS);
      if (!gone) throw new Error('the server waits for pgvigil');
      const ended = performance.now() - startedAt;
      await vigil.becomes('down', AS_IT_COMES_MS, (scrape) => isIn(scrape, 'down'));
      await postgres.start();
      const back = await vigil.becomes('all is well', AS_IT_COMES_MS, isWell);
      return `the server ended after ${seconds(ended)}; back after ${seconds(back)}`;
    },
  },
];
