import { readFileSync } from 'node:fs';
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { connectionsTo } from '../../kit/sockets.ts';
import { waitFor } from '../../kit/wait.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { AS_IT_COMES_MS, endure, isIn, openServer, QUICK, QUICKLY_MS } from '../harness/trouble.ts';
import { seconds } from '../harness/words.ts';

/** Between the last look at a database and the next at the server. */
const QUIET_MS = 700;

/** Server processes that stop and do not end. */
export const FREEZES: readonly Fault[] = [
  {
    row: 18,
    name: 'the postmaster is frozen',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage, {});
      stage.undo(() => postgres.signal('SIGCONT'));
      let most = 0;
      const seen = await endure(vigil, isWell, {
        state: 'hung',
        reason: 'hung',
        begin: () => postgres.signal('SIGSTOP'),
        withinMs: AS_IT_COMES_MS,
        // The kept one, and at most two that nobody answers.
        meanwhile: () => {
          most = Math.max(most, connectionsTo(postgres.port));
          return most <= 3;
        },
        end: () => postgres.signal('SIGCONT'),
        backWithinMs: AS_IT_COMES_MS,
      });
      return `${seen}; ${most} sockets at most`;
    },
  },
  {
    row: 19,
    name: 'the server process of the kept session is frozen',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, pids, isWell } = await openServer(stage);
      const kept = await waitFor('the kept session alone', 5_000, () =>
        pids().length === 1 ? pids()[0] : undefined,
      );
      const neverDown = (scrape: Exposition): boolean =>
        scrape.value('pgvigil_server_up', { server: 'main' }) === 1;
      vigil.watch.forbid((scrape) => (neverDown(scrape) ? undefined : 'the server was called down'));
      stage.undo(() => quietly(() => process.kill(kept, 'SIGCONT')));
      process.kill(kept, 'SIGSTOP');
      const lastRead = (scrape: Exposition | undefined): number =>
        scrape?.value('pgvigil_observer_last_success_timestamp_seconds', {
          observer: 'postgres_catalog',
          target: 'main',
        }) ?? Number.NaN;
      const noticed = await vigil.becomes('the silence is noticed', QUICKLY_MS, () =>
        vigil.exporter.running().output().includes('the kept session ended'),
      );
      const last = lastRead(vigil.watch.last());
      const another = await vigil.becomes(
        'another session is kept',
        QUICKLY_MS,
        (scrape) => isWell(scrape) && lastRead(scrape) > last + 1,
      );
      await vigil.stays('all is seen', 6_000, isWell);
      process.kill(kept, 'SIGCONT');
      return `silence noticed after ${seconds(noticed)}, seen through another session ${seconds(another)} later, up all the time`;
    },
  },
  {
    row: 19,
    name: 'the server process of a fresh connection is frozen',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage, QUICK, { settings: { autovacuum: 'off' } });
      const frozen = await stopNextChild(postgres.postmasterPid());
      stage.undo(() => quietly(() => process.kill(frozen, 'SIGCONT')));
      const hung = await vigil.becomes('the server hangs', QUICKLY_MS, (scrape) => isIn(scrape, 'hung'));
      // The next connection does not care.
      const up = await vigil.becomes('up', QUICKLY_MS, isWell);
      await vigil.stays('up', 6_000, isWell);
      process.kill(frozen, 'SIGCONT');
      return `hung after ${seconds(hung)}, up ${seconds(up)} later, while it was still frozen`;
    },
  },
  {
    row: 135,
    name: 'the postmaster is frozen for 15 s, twice',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage);
      stage.undo(() => postgres.signal('SIGCONT'));
      const seen: string[] = [];
      for (let round = 0; round < 2; round += 1) {
        const startedAt = performance.now();
        seen.push(
          await endure(vigil, isWell, {
            state: 'hung',
            reason: 'hung',
            begin: () => postgres.signal('SIGSTOP'),
            meanwhile: () => connectionsTo(postgres.port) <= 3,
            lastsMs: 10_000,
            async end() {
              await sleep(Math.max(0, 15_000 - (performance.now() - startedAt)));
              postgres.signal('SIGCONT');
            },
          }),
        );
      }
      return seen.join('; ');
    },
  },
];

/**
 * Stops the next process that the postmaster forks after a while without any: looks at the server come first, and
 * then those at its databases.
 */
async function stopNextChild(postmaster: number): Promise<number> {
  const children = (): readonly string[] =>
    readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ');
  const known = new Set(children());
  const giveUpAt = performance.now() + 10_000;
  let lastFork = performance.now();
  while (performance.now() < giveUpAt) {
    const found = children().find((pid) => !known.has(pid));
    if (found !== undefined) {
      const pid = Number(found);
      if (performance.now() - lastFork > QUIET_MS) {
        process.kill(pid, 'SIGSTOP');
        return pid;
      }
      known.add(found);
      lastFork = performance.now();
    }
    await breathe();
  }
  throw new Error('the postmaster forked nothing');
}

/** What happens to a process that has ended meanwhile does not matter. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Nothing to do.
  }
}
