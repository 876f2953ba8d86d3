import { isIPv6 } from 'node:net';
import { Secret } from '../model/secret.ts';
import type { Result } from './problem.ts';

/** A server URL taken apart; everything percent-decoded. */
export interface ServerUrl {
  /** Host name, IP address without brackets, or a directory that holds a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret | undefined;
  readonly database: string;
  /** What the URL says that has no effect, one sentence each. */
  readonly warnings: readonly string[];
}

const FORM = 'write postgres://USER@HOST:5432/DATABASE';
const ENCODE =
  'has a special character that is not percent-encoded (`@` is %40, `/` is %2F, `?` is %3F, `#` is %23, `:` is %3A, a space is %20); better, take the password out of the url and use password_file';

/** Parameters that other clients understand and that change nothing here. */
const WITHOUT_EFFECT = [
  'application_name',
  'channel_binding',
  'client_encoding',
  'connect_timeout',
  'connection_limit',
  'options',
  'pgbouncer',
  'pool_timeout',
  'schema',
  'target_session_attrs',
];

/**
 * Takes a `postgres://` URL (PostgreSQL docs, "Connection URIs") and gives its parts. The user is `pgvigil` and
 * the database `postgres` where the URL names none. Messages never repeat any part of the URL.
 */
export function parseServerUrl(text: string): Result<ServerUrl> {
  const scheme = /^postgres(?:ql)?:\/\//i.exec(text);
  if (scheme === null) return fail(`must begin with postgres:// or postgresql://: ${FORM}`);
  const rest = text.slice(scheme[0].length);
  const end = rest.search(/[/?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const tail = end === -1 ? '' : rest.slice(end);
  const at = authority.lastIndexOf('@');
  const userinfo = at === -1 ? '' : authority.slice(0, at);
  if (/[\s#\p{Cc}]/u.test(rest) || tail.includes('@') || userinfo.includes('@')) return fail(ENCODE);

  const address = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*))(?::(\d*))?$/i.exec(authority.slice(at + 1));
  if (address === null || (address[1] !== undefined && !isIPv6(address[1])))
    return fail(`names no valid host and port: ${FORM}, and an IPv6 address in [brackets]`);
  const colon = userinfo.indexOf(':');
  const [path = '', query = ''] = tail.split(/\?(.*)/s);
  const written = {
    user: colon === -1 ? userinfo : userinfo.slice(0, colon),
    password: colon === -1 ? '' : userinfo.slice(colon + 1),
    host: address[1] ?? address[2] ?? '',
    port: address[3] ?? '',
    database: path.slice(1),
  };
  if (written.database.includes('/')) return fail(`has more than one / after the host: ${FORM}`);
  return assemble(written, query);
}

type Written = Readonly<Record<'user' | 'password' | 'host' | 'port' | 'database', string>>;

function assemble(written: Written, query: string): Result<ServerUrl> {
  const parts: Record<string, string> = {};
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(written)) parts[name] = decode(value) ?? '\0';
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (/^(ssl|tls)/i.test(name)) {
      return fail(
        'sets TLS as a parameter, which is not read: delete it and set tls.mode and tls.ca_file of the server',
      );
    }
    if (['host', 'port', 'user', 'password'].includes(name)) parts[name] = decode(value) ?? '\0';
    else if (WITHOUT_EFFECT.includes(name))
      warnings.push(`the parameter \`${name}\` of the url has no effect here`);
    else
      warnings.push(
        'the url has a parameter that has no effect here: only host, port, user and password are read',
      );
  }
  const { user = '', password = '', host = '', port = '', database = '' } = parts;
  if (Object.values(parts).some((part) => part.includes('\0'))) {
    return fail('has a % that begins no valid percent-encoding: write a literal % as %25');
  }
  if (host === '')
    return fail(`names no host: ${FORM}, or postgres:///DATABASE?host=/var/run/postgresql for a unix socket`);
  if (host.includes(',')) return fail('names several hosts: make one entry under `servers` for each');
  if (!isHost(host)) return fail(`names no valid host: ${FORM}`);
  if (port !== '' && !isPort(port)) return fail('has a port that is no number from 1 to 65535');
  return {
    ok: true,
    value: {
      host,
      port: port === '' ? 5432 : Number(port),
      user: user === '' ? 'pgvigil' : user,
      password: password === '' ? undefined : new Secret(password),
      database: database === '' ? 'postgres' : database,
      warnings: [...new Set(warnings)],
    },
  };
}

function isHost(host: string): boolean {
  return (
    host.startsWith('/') || isIPv6(host) || /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_.])?$/u.test(host)
  );
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function fail(message: string): Result<never> {
  return { ok: false, message };
}
