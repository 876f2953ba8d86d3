import type { FoundServer } from '../../../src/cli/init/found.ts';
import { parseText } from '../../kit/config.ts';

/** A server that answers on this machine, unless it is said to be another. */
export function server(changes: Partial<FoundServer> = {}): FoundServer {
  return {
    name: 'main',
    from: 'local',
    host: '127.0.0.1',
    port: 5432,
    expect: [],
    container: undefined,
    login: undefined,
    socketDirectory: '/var/run/postgresql',
    ...changes,
  };
}

/** One in a container, published as said. */
export function contained(
  changes: Partial<FoundServer> = {},
  container: Partial<NonNullable<FoundServer['container']>> = {},
): FoundServer {
  return server({
    from: 'container',
    socketDirectory: undefined,
    container: {
      name: 'simfab-db',
      image: 'postgres:15',
      port: 5432,
      network: 'simfab_default',
      published: 'loopback',
      ...container,
    },
    ...changes,
  });
}

/** The server of a URL as the environment gives it. */
export function loginOf(url: string): NonNullable<FoundServer['login']> {
  const parsed = parseText('', { env: { PGVIGIL_URL: url } });
  const [login] = parsed.ok ? parsed.config.servers : [];
  if (login === undefined) throw new Error(`no url: ${url}`);
  return login;
}

/** Names that would do harm if somebody forgot a quote. */
export const HOSTILE = [
  `it's "quoted"`,
  'back\\slash\\n',
  '$(touch pwned) `touch pwned` $HOME',
  'two\nlines: true',
  '# no comment',
  "'); DROP ROLE postgres; --",
  'a,b',
  'ünïcödé 😀',
  '-leading',
  'null',
  '\u0085\u2028\u202e',
] as const;
