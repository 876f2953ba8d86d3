import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { BackupConnection } from '../../model/backup-source.ts';
import { cleanEnvironment, isAlive } from '../../observe/program.ts';

const PREFIX = 'pgvigil-backup-';
const CONNECT_S = '10';

/** What the programs of PostgreSQL need to reach a server, in files that only we may read. */
export interface ClientFiles {
  /** The whole environment of a program that connects to this database. */
  readonly env: (datname: string) => Readonly<Record<string, string>>;
  /** A directory that only we may read. */
  readonly directory: string;
  remove(): void;
}

/** Makes them. Nothing secret stands on a command line or in an environment. */
export function createClientFiles(connection: BackupConnection): ClientFiles {
  sweep();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const put = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const { host, port, user, password } = connection;
  const escaped = password?.reveal().replace(/[\\:]/g, '\\$&');
  const shared = cleanEnvironment({
    HOME: directory,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGAPPNAME: 'pgvigil backup',
    PGCONNECT_TIMEOUT: CONNECT_S,
    // An empty one keeps the libraries from looking anywhere else.
    PGPASSFILE: put('passfile', escaped === undefined ? '' : `*:*:*:*:${escaped}\n`),
    ...tlsVariables(connection, put),
  });
  return {
    directory,
    env: (datname) => ({ ...shared, PGDATABASE: datname }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function tlsVariables(
  { host, tls }: BackupConnection,
  put: (name: string, text: string) => string,
): Readonly<Record<string, string>> {
  if (tls.mode === 'disable' || host.startsWith('/')) return { PGSSLMODE: 'disable' };
  const isVerified = tls.mode === 'verify-full';
  return {
    PGSSLMODE: isVerified ? 'verify-full' : 'require',
    ...(isVerified && { PGSSLROOTCERT: put('root.crt', tls.ca ?? rootCertificates.join('\n')) }),
    ...(tls.cert !== undefined && { PGSSLCERT: put('client.crt', tls.cert) }),
    ...(tls.key !== undefined && { PGSSLKEY: put('client.key', tls.key.reveal()) }),
  };
}

/** Removes what runs that were killed have left. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Of another user.
    }
  }
}
