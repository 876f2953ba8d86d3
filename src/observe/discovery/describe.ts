import type { DiscoverCredentials, FoundServer, Steering } from '../../model/discovery.ts';
import type { ContainerFacts, DeclaredFacts, InspectionFacts } from '../../model/docker.ts';
import { standingOf } from './identity.ts';

/** In every cluster from the start: nobody misses them. */
const ALWAYS_THERE = ['postgres', 'template0', 'template1'];
const DEFAULT_ROLE = 'pgvigil';
const MAINTENANCE = 'postgres';

/** A container, and what its labels say. */
export interface Candidate {
  readonly container: ContainerFacts;
  readonly steering: Steering;
}

/** One that runs and was inspected. */
export interface Inspected extends Candidate {
  readonly inspection: InspectionFacts;
  readonly declared: DeclaredFacts;
}

/** Takes a container and where it is reached; gives the server that is to be watched under a name. */
export function describeServer(
  name: string,
  { container, steering, inspection, declared }: Inspected,
  address: { readonly host: string; readonly port: number },
  credentials: DiscoverCredentials,
): FoundServer {
  // A file is for the role that labels name, or for our own: what the environment says is then for somebody else.
  const isLent = credentials === 'environment' && steering.passwordFile === undefined;
  const lent = isLent ? declared : undefined;
  const user = steering.user ?? lent?.superuser ?? DEFAULT_ROLE;
  const password = user === lent?.superuser ? lent.password : undefined;
  return {
    name,
    reach: 'here',
    started: `${container.id} ${inspection.startedAt ?? ''}`,
    password,
    origin: {
      key: standingOf(container).key,
      container: container.name,
      host: address.host,
      port: address.port,
      user,
      database: steering.database ?? MAINTENANCE,
      passwordFile: steering.passwordFile,
      expect: steering.databases ?? firstDatabase(inspection),
      learn: steering.learn ?? true,
      ignore: steering.ignore ?? [],
    },
  };
}

/** The one that the image makes, unless it makes none of its own. */
function firstDatabase({ postgresDatabase }: InspectionFacts): readonly string[] {
  return postgresDatabase === undefined || ALWAYS_THERE.includes(postgresDatabase) ? [] : [postgresDatabase];
}
