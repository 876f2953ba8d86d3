import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Postgres } from '../../kit/postgres.ts';
import { waitFor } from '../../kit/wait.ts';
import type { Fault } from '../harness/fault.ts';
import type { PostgresOptions, WatchedServer } from '../harness/server.ts';
import type { Stage } from '../harness/stage.ts';
import type { Vigil } from '../harness/vigil.ts';

/** Everything is looked at often, so that a fault need not last long. */
const INTERVALS = { connect: '1s', sizes: '2s' };
/** A connection a second, and a tick. */
const SOON_MS = 8_000;
const SERVER = { server: 'main' };
const SIMFAB = { ...SERVER, datname: 'simfab_dev' };
const SHOP = { ...SERVER, datname: 'shop' };
const PAGE_BYTES = 8192;

/** A server whose databases have some pages, and a pgvigil that has seen it well. */
async function watched(
  stage: Stage,
  options?: PostgresOptions,
): Promise<WatchedServer & { readonly vigil: Vigil }> {
  const server = await stage.postgres(options);
  for (const database of ['simfab_dev', 'shop'])
    await server.postgres.query(
      'CREATE TABLE orders AS SELECT * FROM generate_series(1, 10000) AS id',
      database,
    );
  const vigil = await stage.watch(
    { servers: [server.entry], intervals: INTERVALS },
    { backends: server.backends, calm: server.isWell },
  );
  return { ...server, vigil };
}

async function textOf(postgres: Postgres, sql: string, database?: string): Promise<string> {
  const [row] = await postgres.query(`SELECT (${sql})::text AS it`, database);
  return String(row?.['it']);
}

const sentence = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Servers that answer, with something wrong in their files. */
export const DAMAGED_DATABASES: readonly Fault[] = [
  {
    row: 40,
    name: 'no checkpoint is possible, for the files of one database are gone',
    needs: ['postgres'],
    async play(stage) {
      const { postgres, vigil } = await watched(stage);
      const checkpointAt = (): number | undefined =>
        vigil.watch.last()?.value('pgvigil_server_checkpoint_timestamp_seconds', SERVER);
      const advances = async (): Promise<number> => {
        const before = checkpointAt() ?? 0;
        return vigil.becomes('the checkpoint is a later one', SOON_MS, (scrape) => {
          const at = scrape.value('pgvigil_server_checkpoint_timestamp_seconds', SERVER);
          return at !== undefined && at > before;
        });
      };
      // The time of a checkpoint is told in whole seconds.
      await sleep(1_100);
      await postgres.query('CHECKPOINT');
      await advances();
      await postgres.query('INSERT INTO orders SELECT generate_series(1, 10000)', 'simfab_dev');
      const oid = await textOf(postgres, `SELECT oid FROM pg_database WHERE datname = 'simfab_dev'`);
      await rm(join(postgres.dataDirectory, 'base', oid), { recursive: true });
      const stuckAt = checkpointAt();
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const done = await postgres.query('CHECKPOINT').catch(() => undefined);
        if (done !== undefined) throw new Error('the checkpoint was taken');
        await vigil.stays('the checkpoint is the old one', 1_500, () => checkpointAt() === stuckAt);
      }
      const ageS = Date.now() / 1000 - (stuckAt ?? 0);
      await vigil.until('pgvigil_database_present', SIMFAB, 0, SOON_MS);
      await vigil.until('pgvigil_database_present', SHOP, 1, 0);
      await vigil.until('pgvigil_server_up', SERVER, 1, 0);
      await postgres.query('DROP DATABASE simfab_dev');
      await postgres.query('CHECKPOINT');
      return `the checkpoint got ${ageS.toFixed(0)} s old; a new one was seen after ${sentence(await advances())}`;
    },
  },
  {
    row: 43,
    name: 'a page whose checksum is wrong',
    needs: ['postgres'],
    async play(stage) {
      const { postgres, vigil } = await watched(stage, { initdb: ['--data-checksums'] });
      await vigil.until('pgvigil_checksum_failures_total', SHOP, 0, 0);
      const file = await textOf(postgres, `SELECT pg_relation_filepath('orders')`, 'shop');
      await postgres.stop();
      await damage(join(postgres.dataDirectory, file));
      await postgres.start();
      await vigil.until('pgvigil_server_up', SERVER, 1, SOON_MS);
      const read = await postgres.query('SELECT count(*) FROM orders', 'shop').catch(() => undefined);
      if (read !== undefined) throw new Error('the damaged page was read');
      const told = await vigil.becomes('a checksum failure is told', SOON_MS, (scrape) => {
        return (scrape.value('pgvigil_checksum_failures_total', SHOP) ?? 0) > 0;
      });
      await vigil.until('pgvigil_checksum_failures_total', SIMFAB, 0, 0);
      await vigil.until('pgvigil_database_present', SHOP, 1, 0);
      return `told after ${sentence(told)}, of the right database`;
    },
  },
  {
    row: 45,
    name: 'DROP DATABASE is killed in its middle, and the server crashes with it',
    needs: ['postgres'],
    async play(stage) {
      const { postgres, vigil } = await watched(stage);
      await manyTables(postgres);
      await killInDrop(postgres);
      const left = await textOf(
        postgres,
        `SELECT datconnlimit FROM pg_database WHERE datname = 'simfab_dev'`,
      );
      if (left !== '-2') throw new Error(`the database was left with the limit ${left}`);
      const told = await vigil.becomes('an interrupted drop', SOON_MS, (scrape) => {
        return scrape.find('pgvigil_incident_open', { ...SIMFAB, cause: 'interrupted_drop' }).length === 1;
      });
      await vigil.until('pgvigil_database_unreadable', SIMFAB, 1, 0);
      await vigil.until('pgvigil_server_up', SERVER, 1, SOON_MS);
      const sizedAt = vigil.watch.last()?.value('pgvigil_database_sizes_timestamp_seconds', SERVER) ?? 0;
      const looked = await vigil.becomes('sizes are read', SOON_MS, (scrape) => {
        const at = scrape.value('pgvigil_database_sizes_timestamp_seconds', SERVER) ?? 0;
        return at > sizedAt && scrape.value('pgvigil_database_size_bytes', SHOP) !== undefined;
      });
      if (vigil.watch.last()?.find('pgvigil_incident_open').length !== 1) throw new Error('more was told');
      return `interrupted_drop after ${sentence(told)}; sizes are read on, after ${sentence(looked)}`;
    },
  },
];

/** Flips a few bytes in the middle of the first page. */
async function damage(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const bytes = Buffer.alloc(16);
  await file.read(bytes, 0, bytes.length, PAGE_BYTES - 512);
  await file.write(
    bytes.map((byte) => byte ^ 0xff),
    0,
    bytes.length,
    PAGE_BYTES - 512,
  );
  await file.close();
}

/** Some thousand files, so that to drop the database takes a moment. */
async function manyTables(postgres: Postgres): Promise<void> {
  for (let block = 0; block < 10; block += 1)
    await postgres.query(
      `DO $$ BEGIN FOR i IN 1..150 LOOP
        EXECUTE format('CREATE TABLE many_${block}_%s (id int PRIMARY KEY, name text)', i);
      END LOOP; END $$`,
      'simfab_dev',
    );
}

/** Kills the backend once it has marked the database as being dropped, and waits until the server is back. */
async function killInDrop(postgres: Postgres): Promise<void> {
  const dropper = await postgres.session();
  const { rows } = await dropper.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const pid = Number(rows[0]?.pid);
  const observer: pg.Client = await postgres.session();
  const dropped = dropper.query('DROP DATABASE simfab_dev').then(
    () => 'dropped',
    () => 'killed',
  );
  await waitFor(
    'the mark of the drop',
    5_000,
    async () => {
      const marked = await observer.query(
        `SELECT FROM pg_database WHERE datname = 'simfab_dev' AND datconnlimit = -2`,
      );
      return marked.rowCount === 1 || undefined;
    },
    0,
  );
  process.kill(pid, 'SIGKILL');
  if ((await dropped) !== 'killed') throw new Error('the drop was faster');
  await waitFor('the server is back', 20_000, () => postgres.query('SELECT 1'));
}
