import { Secret } from '../model/secret.ts';
import { type FileDeps, inDirectory, readGiven } from './given-files.ts';
import { findPassword } from './passfile.ts';
import type { Path, Report } from './problem.ts';
import type { Salvaged } from './salvage.ts';
import type { ServerInput } from './schema-server.ts';
import type { ServerUrl } from './url.ts';

/** What is needed to find the password of a server. */
export interface PasswordContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: FileDeps;
  /** The URL came from the environment: a password in it takes the place of the one in the file. */
  readonly urlFromEnvironment: boolean;
  readonly path: Path;
  readonly problem: Report;
  readonly warning: Report;
}

/**
 * Finds the password of a server: `url`, `password`, `password_file` or `passfile`, of which there may be one;
 * else PGPASSWORD; else the file PGPASSFILE names; else none.
 */
export function findServerPassword(
  server: Salvaged<ServerInput>,
  url: ServerUrl | undefined,
  context: PasswordContext,
): Secret | undefined {
  const { env, files, path, problem, warning } = context;
  if (context.urlFromEnvironment && url?.password !== undefined) return url.password;
  const keys = (['password', 'password_file', 'passfile'] as const).filter(
    (key) => server[key] !== undefined,
  );
  const given = url?.password === undefined ? keys : ['url', ...keys];
  if (given.length > 1) {
    const names = given.map((key) => `\`${key}\``).join(' and ');
    problem(
      [...path, given.at(-1) ?? ''],
      `the password is given twice, in ${names}: keep one of them`,
      'key',
    );
  } else if (given[0] === 'url') {
    warning([...path, 'url'], 'holds a password: move it to a file and name that in `password_file`');
  }

  if (url?.password !== undefined) return url.password;
  if (server.password !== undefined) {
    if (server.password === '') problem([...path, 'password'], 'is empty: give a value, or delete the key');
    return new Secret(server.password);
  }
  if (server.password_file !== undefined) {
    return readPasswordFile(server.password_file, files, (message) =>
      problem([...path, 'password_file'], message),
    );
  }
  if (server.passfile !== undefined) {
    const at = [...path, 'passfile'];
    const text = readPassfile(server.passfile, files, (message) => problem(at, message));
    if (text === undefined || url === undefined) return undefined;
    const password = findPassword(text, url);
    if (password === undefined) {
      warning(at, 'the file named here has no line for this host, port, database and user: add one');
    }
    return password;
  }
  return fromEnvironment(url, env, files, problem, [...path, 'url']);
}

/** Takes the path of a file that holds a password and nothing else, and gives the password. */
export function readPasswordFile(
  written: string,
  files: FileDeps,
  problem: (message: string) => void,
): Secret | undefined {
  const password = readGiven(written, files, problem)?.replace(/\r?\n$/, '');
  if (password === undefined) return undefined;
  if (/[\0\r\n]/.test(password))
    problem('the file named here holds more than one line: write the password alone into it');
  return new Secret(password);
}

function fromEnvironment(
  url: ServerUrl | undefined,
  env: Readonly<Record<string, string | undefined>>,
  files: FileDeps,
  problem: Report,
  at: Path,
): Secret | undefined {
  const password = env['PGPASSWORD'];
  if (password !== undefined && password !== '') return new Secret(password);
  const passfile = env['PGPASSFILE'];
  if (passfile === undefined || passfile === '' || url === undefined) return undefined;
  const text = readPassfile(passfile, { ...files, directory: '' }, (message) =>
    problem(at, `PGPASSFILE in the environment: ${message}`),
  );
  return text === undefined ? undefined : findPassword(text, url);
}

/** Like libpq, but a group may read it: that is how Kubernetes hands a secret to a process that is not root. */
function readPassfile(
  written: string,
  files: FileDeps,
  problem: (message: string) => void,
): string | undefined {
  const mode = files.fileMode?.(inDirectory(written, files.directory));
  if (mode !== undefined && (mode & 0o007) !== 0) {
    problem('the file named here can be read by everybody on this machine: chmod it to 0600');
    return undefined;
  }
  return readGiven(written, files, problem);
}
