import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BareStage } from './bare-stage.ts';
import type { Scenario } from './scenario.ts';

type BareScenario = Extract<Scenario, { stage: 'bare' }>;

const loss = (
  name: string,
  rest: Pick<BareScenario, 'act' | 'expect'> & Partial<BareScenario>,
): BareScenario => ({ name, group: 'loss', stage: 'bare', withinMs: 15_000, watchMs: 5_000, ...rest });

/** A person's open psql: the statement stays visible for as long as the session does. */
async function byPerson({ session, mark }: BareStage, ...statements: readonly string[]): Promise<void> {
  const client = await session();
  await client.query("SET application_name = 'psql'");
  mark();
  for (const statement of statements) await client.query(statement);
}

async function oidOf({ sql }: BareStage, datname: string): Promise<number> {
  const { rows } = await sql(`SELECT oid FROM pg_database WHERE datname = '${datname}'`);
  return Number((rows[0] as { oid: number }).oid);
}

/** Databases that go, change or lose their contents while their server is well. */
export const DATABASE_LOSSES: readonly BareScenario[] = [
  loss('DROP DATABASE', {
    act: async ({ sql }) => void (await sql('DROP DATABASE simfab_dev')),
    expect: [
      {
        kind: 'database_missing',
        cause: 'database_dropped',
        confidence: 'observed',
        datname: 'simfab_dev',
        evidence: ['row_absent', 'last_seen'],
      },
    ],
  }),
  loss('DROP DATABASE, the session stays open', {
    act: (stage) => byPerson(stage, 'DROP DATABASE simfab_dev'),
    expect: [
      {
        kind: 'database_missing',
        cause: 'database_dropped',
        confidence: 'observed',
        datname: 'simfab_dev',
        evidence: ['row_absent', 'last_seen', 'drop_session'],
      },
    ],
  }),
  loss('DROP DATABASE … WITH (FORCE) under open sessions', {
    options: { version: 15 },
    act: async (stage) => {
      await stage.session('simfab_dev');
      await byPerson(stage, 'DROP DATABASE "simfab_dev" WITH (FORCE)');
    },
    expect: [
      {
        kind: 'database_missing',
        cause: 'database_dropped',
        confidence: 'observed',
        datname: 'simfab_dev',
        evidence: ['row_absent', 'drop_session'],
      },
    ],
  }),
  loss('dropped and made again between two looks', {
    act: (stage) => byPerson(stage, 'DROP DATABASE simfab_dev', 'CREATE DATABASE simfab_dev'),
    // A look in between sees it dropped, and that was true.
    meanwhile: ['database_dropped'],
    expect: [
      {
        kind: 'database_replaced',
        cause: 'database_recreated',
        confidence: 'observed',
        datname: 'simfab_dev',
        evidence: ['oid_changed', 'last_seen'],
      },
    ],
  }),
  loss('ALTER DATABASE … RENAME', {
    act: async ({ sql }) => void (await sql('ALTER DATABASE simfab_dev RENAME TO simfab_old')),
    expect: [
      {
        kind: 'database_missing',
        cause: 'database_renamed',
        confidence: 'observed',
        datname: 'simfab_dev',
        evidence: ['renamed_to'],
      },
    ],
  }),
  loss('two databases swap their names', {
    act: async ({ sql }) => {
      await sql('ALTER DATABASE simfab_dev RENAME TO swap');
      await sql('ALTER DATABASE shop RENAME TO simfab_dev');
      await sql('ALTER DATABASE swap RENAME TO shop');
    },
    expect: ['simfab_dev', 'shop'].map((datname) => ({
      kind: 'database_replaced' as const,
      cause: 'database_renamed' as const,
      confidence: 'observed' as const,
      datname,
      evidence: ['renamed_to' as const],
    })),
  }),
  loss('a DROP DATABASE that was interrupted', {
    act: async ({ sql }) =>
      void (await sql("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'simfab_dev'")),
    expect: [
      {
        kind: 'database_unreadable',
        cause: 'interrupted_drop',
        confidence: 'observed',
        datname: 'simfab_dev',
        evidence: ['invalid_database'],
      },
    ],
  }),
  loss('the files of a database deleted', {
    act: async (stage) => {
      const oid = await oidOf(stage, 'simfab_dev');
      stage.mark();
      await rm(join(stage.server.dataDirectory, 'base', String(oid)), { recursive: true });
    },
    expect: [
      {
        kind: 'database_unreadable',
        cause: 'data_files_deleted',
        confidence: 'observed',
        datname: 'simfab_dev',
        evidence: ['files_missing', 'row_present'],
      },
    ],
  }),
  loss('the files of a database damaged', {
    act: async (stage) => {
      const oid = await oidOf(stage, 'simfab_dev');
      stage.mark();
      await rm(join(stage.server.dataDirectory, 'base', String(oid), 'PG_VERSION'));
    },
    expect: [
      {
        kind: 'database_unreadable',
        cause: 'corruption',
        confidence: 'observed',
        datname: 'simfab_dev',
        evidence: ['connection_failed'],
      },
    ],
  }),
  loss('the tables of a database emptied', {
    act: async ({ sql, mark }) => {
      // The count before is what it is compared with.
      await sleep(6_000);
      const names = Array.from({ length: 10 }, (_, index) => `orders_${index}`);
      mark();
      await sql(`TRUNCATE ${names.join(', ')}`, 'simfab_dev');
    },
    expect: [
      {
        kind: 'database_shrunk',
        cause: 'unknown',
        confidence: 'unknown',
        datname: 'simfab_dev',
      },
    ],
  }),
];
