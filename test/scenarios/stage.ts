import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Report } from '../../src/model/report.ts';
import { CANARY } from '../kit/canary.ts';
import { type Exporter, startExporter } from '../kit/exporter.ts';
import { waitFor } from '../kit/wait.ts';
import type { Acting } from './scenario.ts';

/** The databases that pgvigil is told to expect. */
export const DATABASES = ['simfab_dev', 'shop'] as const;
export const PASSWORD = `${CANARY} correct horse`;

/** A server with two databases, and a pgvigil that has seen everything well. */
export interface Stage extends Acting {
  readonly port: number;
  readonly exporter: Exporter;
  /** Runs as superuser on a connection of its own. */
  readonly sql: (text: string, database?: string) => Promise<pg.QueryResult>;
  /** An open session, as superuser or as somebody else; it is cut when the stage is left. */
  readonly session: (database?: string, user?: string) => Promise<pg.Client>;
}

/** How a stage reaches its server. */
export interface Address {
  readonly port: number;
  readonly superuser: string;
}

export interface Sessions {
  readonly sql: Stage['sql'];
  readonly session: Stage['session'];
  readonly end: () => void;
}

/** Connections of people and programs other than pgvigil. */
export function sessionsTo({ port, superuser }: Address): Sessions {
  const open = new Set<pg.Client>();
  async function session(database = 'postgres', user = superuser): Promise<pg.Client> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user,
      password: PASSWORD,
      database,
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => {});
    await client.connect();
    open.add(client);
    return client;
  }
  return {
    session,
    async sql(text, database) {
      const client = await session(database);
      try {
        return await client.query(text);
      } finally {
        open.delete(client);
        await client.end();
      }
    },
    end() {
      for (const client of open)
        (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    },
  };
}

/** The statements that make the role pgvigil logs in as, as the shipped postgres/role.sql does. */
export const ROLE = `
CREATE ROLE pgvigil LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 3;
GRANT pg_read_all_stats, pg_read_all_settings TO pgvigil;
`;

/** Ten tables with rows in simfab_dev, and a second database. */
export async function fill({ sql }: Sessions): Promise<void> {
  const tables = Array.from(
    { length: 10 },
    (_, index) => `CREATE TABLE orders_${index} AS SELECT * FROM generate_series(1, 500) AS id;`,
  );
  await sql(tables.join(''), 'simfab_dev');
  await sql('CREATE DATABASE shop');
  await sql('CREATE TABLE baskets AS SELECT * FROM generate_series(1, 500) AS id', 'shop');
}

export interface Watching {
  readonly exporter: Exporter;
  readonly stop: () => Promise<void>;
}

/** Starts pgvigil on the server, and waits until it has seen both databases and, with Docker, the volume. */
export async function watchServer(options: {
  readonly port: number;
  readonly dockerHost: string | undefined;
  readonly learnAfter: string | undefined;
}): Promise<Watching> {
  const { port, dockerHost, learnAfter = '1s' } = options;
  const directory = await mkdtemp(join(tmpdir(), 'pgvigil-scenario-'));
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  const config = {
    servers: [
      {
        name: 'main',
        url: `postgres://pgvigil@127.0.0.1:${port}/postgres`,
        password_file: passwordFile,
        databases: { expect: [...DATABASES], learn_after: learnAfter, ignore: ['^tmp_'] },
      },
    ],
    intervals: { sizes: '2s' },
    ...(dockerHost !== undefined && { docker: { host: dockerHost } }),
  };
  const clear = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const exporter = await startExporter(config, { docker: dockerHost !== undefined }).catch(async (error) => {
    await clear();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await exporter.stop();
    await clear();
  };
  try {
    await waitFor('pgvigil has seen everything well', 30_000, async () => {
      const report = await exporter.report();
      return isSettled(report, dockerHost !== undefined) || undefined;
    });
  } catch (error) {
    const report = JSON.stringify(await exporter.report().catch(() => undefined));
    await stop();
    throw new Error(`${String(error)}:\n${report}\n${exporter.running().output().slice(-3000)}`);
  }
  return { exporter, stop };
}

function isSettled({ servers, volumes, incidents }: Report, withDocker: boolean): boolean {
  const [server] = servers;
  const present = (name: string): boolean =>
    server?.databases.some(
      ({ datname, presence, expected, sizeBytes }) =>
        datname === name && presence === 'present' && Boolean(expected) && typeof sizeBytes === 'number',
    ) === true;
  const placed = !withDocker || volumes.some(({ expected, mounted }) => expected && mounted === true);
  return server?.identityMatch === true && DATABASES.every(present) && placed && incidents.length === 0;
}
