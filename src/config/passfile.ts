import { Secret } from '../model/secret.ts';

/** What a password is looked up for. */
export interface PassfileQuery {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** Directories that libpq is built to look in; a socket there is `localhost` in a password file. */
const DEFAULT_SOCKET_DIRECTORIES = ['/tmp', '/run/postgresql', '/var/run/postgresql'];

/**
 * Takes the text of a password file (PostgreSQL docs, "The Password File") and gives the password of the first
 * line that matches, or `undefined`.
 */
export function findPassword(text: string, query: PassfileQuery): Secret | undefined {
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    const fields = splitFields(line);
    if (fields === undefined) continue;
    const [host, port, database, user, password] = fields;
    const hosts = DEFAULT_SOCKET_DIRECTORIES.includes(query.host) ? [query.host, 'localhost'] : [query.host];
    if (
      hosts.some((name) => matches(host, name)) &&
      matches(port, String(query.port)) &&
      matches(database, query.database) &&
      matches(user, query.user)
    ) {
      return password.value === '' ? undefined : new Secret(password.value);
    }
  }
  return undefined;
}

interface Field {
  readonly value: string;
  /** A bare `*`; an escaped one is a name. */
  readonly wildcard: boolean;
}

function matches(field: Field, value: string): boolean {
  return field.wildcard || field.value === value;
}

/** Five fields with `\:` and `\\` undone; like libpq, a bare colon ends the password too. */
function splitFields(line: string): readonly [Field, Field, Field, Field, Field] | undefined {
  const fields: Field[] = [];
  let value = '';
  let raw = '';
  for (let index = 0; index < line.length; index++) {
    const escaped = line[index] === '\\' && index + 1 < line.length;
    if (line[index] === ':') {
      fields.push({ value, wildcard: raw === '*' });
      value = '';
      raw = '';
      continue;
    }
    const start = index;
    if (escaped) index++;
    value += line[index];
    raw += line.slice(start, index + 1);
  }
  fields.push({ value, wildcard: false });
  const [host, port, database, user, password] = fields;
  if (!host || !port || !database || !user || !password) return undefined;
  return [host, port, database, user, password];
}
