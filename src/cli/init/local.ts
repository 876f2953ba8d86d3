import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { judgeTlsAnswer } from '../../observe/postgres/first-bytes.ts';
import type { LocalServer } from './found.ts';

/** Where Debian, the image and PostgreSQL itself keep sockets. */
const SOCKET_DIRECTORIES = ['/var/run/postgresql', '/tmp'] as const;
const SOCKET = /^\.s\.PGSQL\.(\d{1,5})$/;
const DEFAULT_PORT = 5432;
const LOOPBACK = '127.0.0.1';
const DEADLINE_MS = 1_000;
/** SSLRequest (PostgreSQL docs, "Message Formats"): a server answers one byte, and nothing of it is logged. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Looks for servers in the usual places of this machine: unix sockets, and port 5432 on loopback. */
export async function findLocal(
  directories: readonly string[] = SOCKET_DIRECTORIES,
): Promise<readonly LocalServer[]> {
  const sockets = directories.flatMap(socketsIn);
  const ports = [...new Set([...sockets.map(({ port }) => port), DEFAULT_PORT])];
  const found = await Promise.all(
    ports.map(async (port): Promise<readonly LocalServer[]> => {
      const socketDirectory = await firstThatAnswers(sockets.filter((one) => one.port === port));
      // By an address it takes a password; by its socket Debian's pg_hba.conf asks for a user of the same name.
      const host = (await answersLikePostgres({ host: LOOPBACK, port })) ? LOOPBACK : socketDirectory;
      return host === undefined ? [] : [{ host, port, socketDirectory }];
    }),
  );
  return found.flat();
}

interface Socket {
  readonly directory: string;
  readonly port: number;
}

function socketsIn(directory: string): readonly Socket[] {
  try {
    return readdirSync(directory).flatMap((name) => {
      const port = Number(SOCKET.exec(name)?.[1]);
      return port >= 1 && port <= 65_535 ? [{ directory, port }] : [];
    });
  } catch {
    return []; // Not there, or not for us: then no server is found in it.
  }
}

async function firstThatAnswers(sockets: readonly Socket[]): Promise<string | undefined> {
  for (const { directory, port } of sockets)
    if (await answersLikePostgres({ path: `${directory}/.s.PGSQL.${port}` })) return directory;
  return undefined;
}

/** Whether who listens there answers as PostgreSQL does; within a second, and never rejects. */
export function answersLikePostgres(
  at: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at);
    const timer = setTimeout(() => end(false), DEADLINE_MS);
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.on('error', () => end(false));
    socket.on('end', () => end(false));
    socket.once('connect', () => socket.write(SSL_REQUEST));
    socket.once('data', (bytes) => end(judgeTlsAnswer(bytes) !== 'foreign'));
  });
}
