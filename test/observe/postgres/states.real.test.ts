import { mkdir, rm } from 'node:fs/promises';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import {
  type Postgres,
  type PostgresVersion,
  type StartOptions,
  startPostgres,
  testVersions,
} from '../../kit/postgres.ts';
import { type Watched, type WatchOptions, watchPostgres } from '../../kit/postgres-watch.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Trial {
  server: Postgres;
  watched: Watched;
  begin(options?: Partial<StartOptions> & { watch?: WatchOptions }): Promise<Watched>;
}

const DATABASES = { expect: ['app'], learn: false, learnAfterMs: 0, ignore: [] };

/** The same trial on every version at once: most of the time is waiting. */
function onEveryVersion(name: string, body: (trial: Trial) => Promise<void>): void {
  test(name, async () => {
    const versions = testVersions();
    const outcomes = await Promise.allSettled(versions.map((version) => runTrial(version, body)));
    outcomes.forEach((outcome, index) => {
      if (outcome.status === 'rejected')
        throw new Error(`on PostgreSQL ${versions[index]}`, { cause: outcome.reason });
    });
  });
}

async function runTrial(version: PostgresVersion, body: (trial: Trial) => Promise<void>): Promise<void> {
  const trial = {} as Trial;
  trial.begin = async ({ watch, ...options } = {}) => {
    trial.server = await startPostgres({ version, ...options });
    await trial.server.query('CREATE DATABASE app');
    await trial.server.query('CREATE ROLE plain LOGIN CONNECTION LIMIT 3; GRANT pg_monitor TO plain');
    const w = watchPostgres(trial.server.config({ databases: DATABASES, user: 'plain' }), watch);
    trial.watched = w;
    await w.until(() => w.server() === 'seen' && w.database('app') === 'seen');
    await w.until(() => w.view().catalog?.lastSeen?.facts.via === 'kept');
    // What is done once a minute is over, so that it does not fall into the trial by chance.
    await w.until(() => w.view().sizes !== undefined && w.view().tables.has('app'));
    return w;
  };
  try {
    await body(trial);
    expect(await trial.watched.stop()).toBeLessThan(1000);
  } finally {
    await trial.watched?.stop();
    await trial.server?.dispose();
  }
}

describe('a PostgreSQL server in trouble', () => {
  onEveryVersion('stop, start: told at once, and back within the interval', async (trial) => {
    const w = await trial.begin({ watch: { connect: 3000 } });
    const { server } = trial;
    await server.stop('fast');
    // Long before the next check is due: the kept session broke and asked for one.
    await w.until(() => w.server() === 'refused' && w.catalog() !== 'seen', 1000);
    expect(w.database('app')).toBe('refused');
    expect(w.changes()).toBeGreaterThan(2);
    await server.start();
    await w.until(() => w.server() === 'seen' && w.catalog() === 'seen', 2000);
    await w.until(() => w.database('app') === 'seen', 1000);
  });

  onEveryVersion('a fast shutdown that takes its time is stopping, not starting', async (trial) => {
    const w = await trial.begin();
    const { server } = trial;
    // A frozen child keeps the shutdown from ending.
    const holder = await server.session('app');
    const { rows } = await holder.query('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0].pid, 'SIGSTOP');
    await server.stop('fast', 1);
    await w.until(() => w.server() === 'stopping', 2000);
    await pause(1200);
    expect(w.server()).toBe('stopping');
    process.kill(rows[0].pid, 'SIGCONT');
    await w.until(() => w.server() === 'refused', 3000);
  });

  onEveryVersion('a smart shutdown does not wait for us', async (trial) => {
    const w = await trial.begin({ watch: { connect: 800 } });
    const { server } = trial;
    const startedAt = performance.now();
    expect(await server.stop('smart', 5000)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    await w.until(() => w.server() === 'refused');
  });

  onEveryVersion(
    'a smart shutdown that waits for somebody else is stopping for as long as it waits',
    async (trial) => {
      const w = await trial.begin();
      const { server } = trial;
      const other = await server.session('app');
      expect(await server.stop('smart', 2000)).toBe(false);
      expect(w.server()).toBe('stopping');
      expect(server.childTitles().filter((title) => title.includes('plain'))).toEqual([]);
      await other.end();
      expect(await server.stop('smart', 5000)).toBe(true);
    },
  );

  onEveryVersion('a crash of one backend restarts the server and is told as such', async (trial) => {
    const w = await trial.begin({ watch: { connect: 3000 } });
    const { server } = trial;
    const victim = await server.session('app');
    const { rows } = await victim.query('SELECT pg_backend_pid() AS pid');
    const before = w.view().connect?.lastSeen?.facts.startedAt;
    process.kill(rows[0].pid, 'SIGKILL');
    await w.until(() => w.view().catalog?.observation.seen === false, 1000);
    expect(w.logged()).toContain('57P02');
    await w.until(() => w.server() === 'seen' && w.catalog() === 'seen', 8000);
    expect(w.logged()).not.toContain('stopping');
    expect(w.view().connect?.lastSeen?.facts.startedAt).toBe(before);
  });

  onEveryVersion(
    'a frozen postmaster is hung at the deadline; the catalog goes on, and nothing is left behind',
    async (trial) => {
      const w = await trial.begin();
      const { server } = trial;
      const baseline = server.childPids().length;
      server.signal('SIGSTOP');
      // A look at a database may hang first.
      await w.until(() => w.server() === 'hung', 500 + 2 * 1000 + 300);
      expect(w.catalog()).toBe('seen');
      await pause(3000);
      expect(w.server()).toBe('hung');
      server.signal('SIGCONT');
      // The unanswered handshakes get their answer and start the next check themselves.
      await w.until(() => w.server() === 'seen', 1000);
      await pause(500);
      expect(server.childPids().length).toBeLessThanOrEqual(baseline + 1);
    },
  );

  onEveryVersion('a frozen backend of ours is given up, and replaced', async (trial) => {
    const w = await trial.begin();
    const { server } = trial;
    const [kept] = await server.query(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'pgvigil' ORDER BY backend_start LIMIT 1`,
    );
    process.kill(kept?.['pid'] as number, 'SIGSTOP');
    await w.until(() => w.catalog() === 'query_timeout', 2500);
    await w.until(() => w.catalog() === 'seen' && w.server() === 'seen', 2500);
    process.kill(kept?.['pid'] as number, 'SIGCONT');
    await pause(500);
    const [left] = await server.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'pgvigil'`,
    );
    expect(left?.['n']).toBeLessThanOrEqual(2);
  });

  onEveryVersion(
    'a locked catalog: hung, at most two backends left behind over 30 cycles, and instant recovery',
    async (trial) => {
      const w = await trial.begin({
        settings: { max_connections: '12' },
        // A busy machine takes more than 100 ms for a connection.
        watch: { connect: 100, presence: 100, connectTimeout: 250 },
      });
      const { server } = trial;
      const locker = await server.session();
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE pg_database IN ACCESS EXCLUSIVE MODE');
      await w.until(() => w.server() === 'hung', 3000);
      let most = 0;
      for (let round = 0; round < 80; round += 1) {
        await pause(100);
        most = Math.max(
          most,
          server.childTitles().filter((title) => title.includes('startup waiting')).length,
        );
      }
      expect(w.server()).toBe('hung');
      expect(w.catalog()).toBe('query_timeout');
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(2);
      await locker.query('ROLLBACK');
      await w.until(
        () => w.server() === 'seen' && w.catalog() === 'seen' && w.database('app') === 'seen',
        2000,
      );
      await pause(300);
      expect(server.childTitles().filter((title) => title.includes('startup waiting'))).toEqual([]);
    },
  );

  onEveryVersion('one locked database does not make the server look hung', async (trial) => {
    const w = await trial.begin({ watch: { connect: 300, connectTimeout: 300 } });
    const { server } = trial;
    const locker = await server.session();
    await locker.query('BEGIN');
    // What DROP DATABASE and ALTER DATABASE RENAME do for as long as they take.
    await locker.query('ALTER DATABASE app RENAME TO app_moving');
    await w.until(() => w.database('app') === 'hung', 3000);
    await pause(1500);
    expect(w.server()).toBe('seen');
    expect(w.catalog()).toBe('seen');
    await locker.query('ROLLBACK');
    await w.until(() => w.database('app') === 'seen', 2000);
  });

  onEveryVersion('no slot left is saturated, for a plain role', async (trial) => {
    const w = await trial.begin({ settings: { max_connections: '10', superuser_reserved_connections: '3' } });
    const { server } = trial;
    const taken: pg.Client[] = [];
    for (;;) {
      const session = await server.session('app').catch(() => undefined);
      if (!session) break;
      taken.push(session);
    }
    await w.until(() => w.server() === 'saturated', 3000);
    // What is open stays open.
    expect(w.catalog()).toBe('seen');
    for (const session of taken) await session.end();
    await w.until(() => w.server() === 'seen', 2000);
  });

  onEveryVersion('a role with a single slot uses it for the fresh connection', async (trial) => {
    const w = await trial.begin();
    const { server } = trial;
    await w.stop();
    await server.query('ALTER ROLE plain CONNECTION LIMIT 1');
    const single = watchPostgres(server.config({ user: 'plain', databases: DATABASES }));
    trial.watched = single;
    await single.until(() => single.database('app') === 'seen' && single.catalog() === 'seen');
    await pause(1500);
    expect(single.view().catalog?.lastSeen?.facts.via).toBe('fresh');
    expect(single.view().tallies.reduce((sum, tally) => sum + tally.failures.saturated, 0)).toBe(0);
  });

  onEveryVersion('a role that gets a single slot while a session is kept', async (trial) => {
    const w = await trial.begin();
    await trial.server.query('ALTER ROLE plain CONNECTION LIMIT 1');
    await w.until(() => w.view().tallies.some((tally) => tally.failures.saturated > 0), 3000);
    await w.until(() => w.server() === 'seen' && w.view().catalog?.lastSeen?.facts.via === 'fresh', 3000);
    const refused = (): number => w.view().tallies.reduce((sum, tally) => sum + tally.failures.saturated, 0);
    const before = refused();
    await pause(1500);
    expect(w.server()).toBe('seen');
    expect(refused()).toBe(before);
    await trial.server.query('ALTER ROLE plain CONNECTION LIMIT 3');
    await w.until(() => w.view().catalog?.lastSeen?.facts.via === 'kept', 3000);
  });

  onEveryVersion(
    'files deleted under a live server: the fresh connection tells, the kept one still answers',
    async (trial) => {
      const w = await trial.begin();
      const { server } = trial;
      await rm(`${server.dataDirectory}/global`, { recursive: true });
      await rm(`${server.dataDirectory}/base`, { recursive: true });
      await mkdir(`${server.dataDirectory}/base`);
      await w.until(() => w.server() === 'files_missing', 2000);
      expect(w.catalog()).toBe('seen');
      expect(w.view().catalog?.lastSeen?.facts.via).toBe('kept');
    },
  );

  onEveryVersion('a damaged maintenance database is not a damaged server', async (trial) => {
    const w = await trial.begin();
    const { server } = trial;
    const [postgres] = await server.query(`SELECT oid FROM pg_database WHERE datname = 'postgres'`);
    await rm(`${server.dataDirectory}/base/${postgres?.['oid']}`, { recursive: true });
    await pause(700);
    await w.until(() => w.server() === 'seen' && w.view().catalog?.lastSeen?.facts.via === 'fresh');
    expect(w.catalog()).toBe('seen');
    expect(w.database('app')).toBe('seen');
  });

  onEveryVersion('stops within a second in every state, with nothing left behind', async (trial) => {
    const w = await trial.begin();
    const { server } = trial;
    server.signal('SIGSTOP');
    await w.until(() => w.server() === 'hung', 3000);
    expect(await w.stop()).toBeLessThan(1000);
    server.signal('SIGCONT');
    await pause(500);
    const [left] = await server.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'pgvigil'`,
    );
    expect(left?.['n']).toBe(0);
  });
});
