import { readLabels } from '../../config/labels.ts';
import type { ContainerFacts, DeclaredFacts } from '../../model/docker.ts';
import { DEFAULT_PORT, publishedOn } from '../../observe/discovery/address.ts';
import { isOneOff } from '../../observe/discovery/identity.ts';
import { isNeverWatched, isServer } from '../../observe/discovery/which.ts';
import type { FoundContainer, FoundServer, LeftOut } from './found.ts';

/** Where a container could not be inspected, its image alone decides. */
const NOTHING_DECLARED = {
  pgdata: false,
  port: false,
  variables: false,
  runs: 'unknown',
  superuser: undefined,
  password: undefined,
} as const satisfies DeclaredFacts;
/** Networks whose members do not find each other by name, or that cannot be joined. */
const NAMELESS = /^(|default|bridge|host|none|container:.*)$/;

/** Whether an inspected container is a PostgreSQL server, as `docker.discover` has it: its label decides, else what it is. */
export function isPostgres(container: ContainerFacts): boolean {
  const { image, labels, inspection } = container;
  if (isNeverWatched(image) || isOneOff(container)) return false;
  return readLabels(labels).steering.watch ?? isServer(image, inspection?.declared ?? NOTHING_DECLARED);
}

/** A container as a server, or why it is none that can be watched. */
export type ContainerReach = { readonly server: FoundServer } | { readonly leftOut: LeftOut };

/** Takes a container with PostgreSQL and says how this machine reaches it. */
export function reachContainer(facts: ContainerFacts): ContainerReach {
  if (facts.state !== 'running') return leftOut(facts, `does not run (${facts.state})`);
  const port = facts.inspection?.pgport ?? DEFAULT_PORT;
  if (facts.networkMode === 'host') return found(facts, '127.0.0.1', port, 'loopback');
  const published = publishedOn(facts.ports, port);
  if (published !== undefined)
    return found(facts, published.host, published.port, published.isOpen ? 'everywhere' : 'loopback');
  const [address] = facts.addresses;
  if (address === undefined) return leftOut(facts, 'has no address that this machine could reach');
  return found(facts, address, port, 'nowhere');
}

function found(
  facts: ContainerFacts,
  host: string,
  port: number,
  published: FoundContainer['published'],
): ContainerReach {
  const { name, image, networkMode, inspection } = facts;
  const first = inspection?.postgresDatabase;
  return {
    server: {
      name,
      from: 'container',
      host,
      port,
      expect: first === undefined || first === 'postgres' ? [] : [first],
      container: {
        name,
        image,
        port: inspection?.pgport ?? DEFAULT_PORT,
        published,
        network: NAMELESS.test(networkMode) ? undefined : networkMode,
      },
      login: undefined,
      socketDirectory: undefined,
    },
  };
}

function leftOut({ name }: ContainerFacts, why: string): ContainerReach {
  return { leftOut: { what: `container ${name}`, why } };
}
