import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Fault } from '../harness/fault.ts';
import { endure, failures, forbidLoss, isIn, openServer, QUICKLY_MS } from '../harness/trouble.ts';
import { seconds } from '../harness/words.ts';

/** So often a look is tried while nobody answers, in `LOCKED_MS`. */
const LOCK_TIMES = {
  intervals: { connect: '100ms' },
  timeouts: { connect: '300ms', query: '600ms' },
} as const;
const LOCKED_MS = 20_000;
/** The kept session, and two handshakes that nobody answers. */
const MOST_BACKENDS = 3;

/** Servers that run and let nobody in, or not us. */
export const REFUSALS: readonly Fault[] = [
  {
    row: 31,
    name: 'all connection slots are taken',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, backends, isWell } = await openServer(stage);
      const taken: pg.Client[] = [];
      const fill = async (): Promise<void> => {
        for (;;) taken.push(await postgres.session());
      };
      const seen = await endure(vigil, isWell, {
        state: 'saturated',
        reason: 'saturated',
        begin: () => fill().catch(() => {}),
        // The session that is open goes on, and no more than one is tried.
        meanwhile: (scrape) =>
          backends() <= 2 && scrape.value('pgvigil_database_present', { datname: 'shop' }) === 1,
        async end() {
          for (const client of taken) await client.end();
        },
      });
      return `${seen}; ${taken.length} slots taken`;
    },
  },
  {
    row: 32,
    name: 'the role may not connect any more: limit 0',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage);
      return endure(vigil, isWell, {
        state: 'saturated',
        reason: 'saturated',
        begin: () => postgres.query('ALTER ROLE pgvigil CONNECTION LIMIT 0'),
        end: () => postgres.query('ALTER ROLE pgvigil CONNECTION LIMIT 3'),
      });
    },
  },
  {
    row: 32,
    name: 'the role gets a single connection, which pgvigil itself holds',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage);
      await postgres.query('ALTER ROLE pgvigil CONNECTION LIMIT 1');
      await vigil.becomes('refused', QUICKLY_MS, (scrape) => failures(scrape, 'saturated') > 0);
      const back = await vigil.becomes('up with one connection', 2 * QUICKLY_MS, isWell);
      await vigil.stays('up with one connection', 5_000, isWell);
      return `up with one connection after ${seconds(back)}`;
    },
  },
  {
    row: 32,
    name: 'a database that is expected has the limit 0',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage);
      await postgres.query('ALTER DATABASE shop CONNECTION LIMIT 0');
      const seen = await vigil.becomes(
        'connections to shop fail',
        QUICKLY_MS,
        (scrape) =>
          (scrape.value('pgvigil_connection_failures_total', { datname: 'shop', reason: 'saturated' }) ?? 0) >
          0,
      );
      // It is there, and so is the server.
      await vigil.stays('all is there', 6_000, isWell);
      await postgres.query('ALTER DATABASE shop CONNECTION LIMIT -1');
      return `failures of shop alone after ${seconds(seen)}, the server up all the time`;
    },
  },
  {
    row: 33,
    name: 'somebody holds a lock on the list of databases',
    needs: ['postgres'],
    async play(stage) {
      const server = await stage.postgres();
      const { postgres, entry, backends, isWell } = server;
      const vigil = await stage.watch({ ...LOCK_TIMES, servers: [entry] }, { backends, calm: isWell });
      forbidLoss(vigil);
      const locker = await postgres.session();
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE pg_database IN ACCESS EXCLUSIVE MODE');
      const hung = await vigil.becomes('hung', 3_000, (scrape) => isIn(scrape, 'hung'));
      const lift = vigil.watch.forbid((scrape) =>
        isIn(scrape, 'up') ? 'up, though nobody gets in' : undefined,
      );
      let most = 0;
      const until = performance.now() + LOCKED_MS;
      while (performance.now() < until) {
        most = Math.max(most, backends());
        await sleep(25);
      }
      lift();
      if (most > MOST_BACKENDS) throw new Error(`${most} server processes at a time`);
      await locker.query('ROLLBACK');
      const back = await vigil.becomes('all is well', QUICKLY_MS, isWell);
      await locker.end();
      const cycles = LOCKED_MS / 100;
      return `hung after ${seconds(hung)}, ${most} server processes at most in ${cycles} cycles, back after ${seconds(back)}`;
    },
  },
];
