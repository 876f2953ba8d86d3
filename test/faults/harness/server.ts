import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CANARY } from '../../kit/canary.ts';
import { type Postgres, type PostgresVersion, type StartOptions, startPostgres } from '../../kit/postgres.ts';
import type { Exposition } from './exposition.ts';

export type PostgresOptions = Partial<StartOptions> & { readonly version?: PostgresVersion };

/** A PostgreSQL of a stage. */
export interface WatchedServer {
  readonly postgres: Postgres;
  /** Its entry in `servers`, with the password in a file. */
  readonly entry: { readonly name: string; readonly url: string } & Readonly<Record<string, unknown>>;
  /** Its processes for connections over TCP, which only pgvigil makes. */
  readonly pids: () => readonly number[];
  /** How many of them there are. */
  readonly backends: () => number;
  /** Whether pgvigil says that the server and both databases are there. */
  readonly isWell: (scrape: Exposition) => boolean;
  readonly clear: () => Promise<void>;
}

export const DATABASES = ['simfab_dev', 'shop'] as const;
export const PASSWORD = `${CANARY}-correct-horse`;
export const HBA = ['host all pgvigil 0.0.0.0/0 scram-sha-256', 'host all all 127.0.0.1/32 trust'];

/** Starts a PostgreSQL with the role that postgres/role.sql makes, and two databases. */
export async function startServer(options: PostgresOptions = {}): Promise<WatchedServer> {
  const postgres = await startPostgres({ version: 18, hba: HBA, ...options });
  await postgres.query(`CREATE ROLE pgvigil LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 3`);
  await postgres.query('GRANT pg_read_all_stats, pg_read_all_settings TO pgvigil');
  for (const database of DATABASES) await postgres.query(`CREATE DATABASE ${database}`);
  const directory = await mkdtemp(join(tmpdir(), 'pgvigil-fault-'));
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  const pids = (): readonly number[] => {
    try {
      // Sessions of the tests come over the unix socket, and say [local].
      return postgres.childPids().filter((pid) => /\d\(\d+\)/.test(titleOf(pid)));
    } catch {
      return [];
    }
  };
  return {
    postgres,
    entry: {
      name: 'main',
      url: `postgres://pgvigil@127.0.0.1:${postgres.port}/postgres`,
      password_file: passwordFile,
      databases: { expect: [...DATABASES], learn: false },
    },
    pids,
    backends: () => pids().length,
    isWell: (scrape) =>
      scrape.value('pgvigil_server_up', { server: 'main' }) === 1 &&
      DATABASES.every(
        (datname) => scrape.value('pgvigil_database_present', { server: 'main', datname }) === 1,
      ),
    clear: () => rm(directory, { recursive: true, force: true }),
  };
}

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
