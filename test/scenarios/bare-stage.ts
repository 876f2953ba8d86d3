import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../kit/docker.ts';
import { program } from '../kit/needs.ts';
import { type Postgres, type PostgresVersion, startPostgres } from '../kit/postgres.ts';
import { RUN_AS } from '../kit/postgres-binaries.ts';
import { fill, ROLE, type Stage, sessionsTo, watchServer } from './stage.ts';

/** A server without a container. */
export interface BareStage extends Stage {
  readonly server: Postgres;
}

export interface BareOptions {
  readonly version?: PostgresVersion;
  readonly settings?: Readonly<Record<string, string>>;
  /** The data directory is a small filesystem of its own: the options of its tmpfs. */
  readonly tmpfs?: string;
  /** The server that is watched follows another one. */
  readonly standby?: boolean;
  readonly learnAfter?: string;
}

/** Only our own role needs a password, so that taking it away is a real loss of access. */
const HBA = [
  'host all pgvigil 127.0.0.1/32 scram-sha-256',
  'host all all 127.0.0.1/32 trust',
  'host replication all 127.0.0.1/32 trust',
];

/** Sets up a bare server with its databases and a pgvigil that watches it. */
export async function openBareStage(
  options: BareOptions,
  mark: () => void,
): Promise<{ readonly stage: BareStage; readonly close: () => Promise<void> }> {
  const { version = 18, settings, tmpfs, standby, learnAfter } = options;
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.reverse()) await step();
  };
  const start = async (): Promise<Postgres> => {
    const server = await startPostgres({ version, hba: HBA, ...(settings && { settings }) });
    undo.push(() => server.dispose());
    return server;
  };
  try {
    const first = await start();
    const sessions = sessionsTo({ port: first.port, superuser: 'postgres' });
    await sessions.sql(ROLE);
    await sessions.sql('CREATE DATABASE simfab_dev');
    await fill(sessions);
    const server = standby ? await start() : first;
    if (standby) await follow(server, first);
    if (tmpfs !== undefined) undo.push(await moveToTmpfs(server, tmpfs));
    const { sql, session, end } = sessionsTo({ port: server.port, superuser: 'postgres' });
    undo.push(async () => end());
    const { exporter, stop } = await watchServer({ port: server.port, dockerHost: undefined, learnAfter });
    undo.push(stop);
    return { stage: { server, port: server.port, exporter, sql, session, mark }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Puts the data directory of a server on a filesystem of its own; gives what takes that away again. */
async function moveToTmpfs(
  { dataDirectory, stop, start, kill }: Postgres,
  options: string,
): Promise<() => Promise<void>> {
  await stop();
  const aside = `${dataDirectory}.aside`;
  await must('mv', [dataDirectory, aside]);
  await must('mkdir', [dataDirectory]);
  await must('mount', ['-t', 'tmpfs', '-o', `${options},mode=0700`, 'pgvigil-scenario', dataDirectory]);
  if (RUN_AS) chownSync(dataDirectory, RUN_AS.uid, RUN_AS.gid);
  await must('cp', ['-a', `${aside}/.`, dataDirectory]);
  await start();
  return async () => {
    await kill();
    await must('umount', ['--lazy', dataDirectory]);
  };
}

/** Makes a server the hot standby of another one. */
async function follow(standby: Postgres, primary: Postgres): Promise<void> {
  const { dataDirectory, socketDirectory, port } = standby;
  await standby.stop();
  await must('rm', ['-rf', dataDirectory]);
  const source = `host=127.0.0.1 port=${primary.port} user=postgres`;
  const copy = ['--write-recovery-conf', '--checkpoint=fast', '--no-sync', '-D', dataDirectory, '-d', source];
  await must(program('/usr/lib/postgresql/*/bin/pg_basebackup'), copy);
  const settings = `port = ${port}\nunix_socket_directories = '${socketDirectory}'\n`;
  await must('bash', ['-c', 'printf %s "$1" >> "$2"', '-', settings, join(dataDirectory, 'postgresql.conf')]);
  if (RUN_AS) await must('chown', ['-R', `${RUN_AS.uid}:${RUN_AS.gid}`, dataDirectory]);
  await standby.start();
}
