import type { ServerConfig } from '../../model/config.ts';
import { reachContainer } from './containers.ts';
import type { FoundServer, LeftOut, LocalServer, Looked } from './found.ts';

/** Only there so that one can connect: nobody misses them. */
const DEFAULT_DATABASES: readonly string[] = ['postgres', 'template0', 'template1'];
/** With more, a person says which of them matter; the others are learned. */
const MAX_EXPECTED = 20;

/**
 * Takes what was looked at and gives the servers to watch: those of PGVIGIL_URL, and only where that names none,
 * those that were found. A server that is in a container is not found a second time by its address.
 */
export function findServers(looked: Looked): {
  readonly servers: readonly FoundServer[];
  readonly leftOut: readonly LeftOut[];
} {
  const reached = looked.containers.map(reachContainer);
  const leftOut = reached.flatMap((one) => ('leftOut' in one ? [one.leftOut] : []));
  const contained = reached.flatMap((one) => ('server' in one ? [one.server] : []));
  const local = looked.local.filter((one) => !contained.some((other) => isSame(one, other))).map(ofLocal);
  if (looked.named.length === 0) return { servers: withNames([...contained, ...local]), leftOut };
  const named = looked.named.map((login) => ofLogin(login, contained));
  const others = [...contained, ...local].filter((one) => !named.some((other) => isSame(one, other)));
  return {
    servers: withNames(named),
    leftOut: [
      ...leftOut,
      ...others.map(({ name, host, port }) => ({
        what: `${name} (${host}:${port})`,
        why: 'is not in PGVIGIL_URL',
      })),
    ],
  };
}

/** Takes what a look saw in a server and gives the databases to page about. */
export function expectSeen(server: FoundServer, seen: readonly string[]): FoundServer {
  const own = seen.filter((name) => !DEFAULT_DATABASES.includes(name) && !server.expect.includes(name));
  return own.length + server.expect.length > MAX_EXPECTED
    ? server
    : { ...server, expect: [...server.expect, ...[...own].sort()] };
}

function ofLogin(login: ServerConfig, contained: readonly FoundServer[]): FoundServer {
  const { host, port, databases } = login;
  const behind = contained.find((one) => isSame(one, { host, port }) || one.container?.name === host);
  return {
    name: host.startsWith('/') ? 'local' : host,
    from: 'named',
    host,
    port,
    expect: [...new Set([...databases.expect, ...(behind?.expect ?? [])])],
    container: behind?.container,
    login,
    socketDirectory: undefined,
  };
}

function ofLocal({ host, port, socketDirectory }: LocalServer): FoundServer {
  const here = { host, port, socketDirectory, container: undefined, login: undefined } as const;
  return { ...here, name: 'local', from: 'local', expect: [] };
}

type Address = Pick<FoundServer, 'host' | 'port'>;

function isSame(one: Address, other: Address): boolean {
  return one.port === other.port && plainHost(one.host) === plainHost(other.host);
}

const plainHost = (host: string): string =>
  host === 'localhost' || host === '::1' || host.startsWith('127.') ? '127.0.0.1' : host;

/** `main` where there is one; else names that differ. */
function withNames(servers: readonly FoundServer[]): readonly FoundServer[] {
  if (servers.length === 1) return servers.map((server) => ({ ...server, name: 'main' }));
  const taken = new Set<string>();
  return servers.map((server) => {
    const isAlone = servers.filter(({ name }) => name === server.name).length === 1;
    let name = isAlone ? server.name : `${server.name}-${server.port}`;
    for (let count = 2; taken.has(name); count += 1) name = `${server.name}-${server.port}-${count}`;
    taken.add(name);
    return { ...server, name };
  });
}
