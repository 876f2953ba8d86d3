import type { DiscoverCredentials, DiscoveryProblem, FoundServer, Origin } from '../../model/discovery.ts';
import type { ContainerFacts } from '../../model/docker.ts';
import { addressOf } from './address.ts';
import { type Candidate, describeServer, type Inspected } from './describe.ts';
import { isOneOff, isRunning, standingOf } from './identity.ts';
import { nameNew } from './names.ts';
import type { Taken } from './taken.ts';
import { isNeverWatched, isServer } from './which.ts';

export interface DiscoverInput {
  /** Every container of the engine; `undefined`: it cannot be asked. */
  readonly candidates: readonly Candidate[] | undefined;
  /** The container that pgvigil itself is in. */
  readonly ownId: string | undefined;
  /** What the configuration names is not watched twice. */
  readonly taken: Taken;
  /** Names of the servers that are written down. */
  readonly names: ReadonlySet<string>;
  /** Servers that were discovered before, by name. */
  readonly remembered: ReadonlyMap<string, Origin>;
  readonly credentials: DiscoverCredentials;
  /** As many are discovered; what is remembered is never left out. */
  readonly limit: number;
}

export interface Discovered {
  readonly servers: readonly FoundServer[];
  /** Remembered ones that are not to be watched any more: by their label, or because the configuration names them. */
  readonly released: readonly string[];
  readonly problems: readonly DiscoveryProblem[];
  readonly leftOut: number;
}

/** Never resolves (RFC 6761): where a container runs and there is no way to it, that is what is seen. */
const NO_ADDRESS = 'no-address.invalid';

/**
 * Which servers are watched because their container was found. Pure. A container that is gone leaves its server, for
 * that is a loss; one that is made anew under the same compose service or name is the same server.
 */
export function discover(input: DiscoverInput): Discovered {
  const { candidates, remembered, names } = input;
  const known = [...remembered].filter(([name]) => !names.has(name));
  if (candidates === undefined) {
    const servers = known.map(([name, origin]) => asRemembered(name, origin, 'here'));
    return { servers, released: [], problems: [], leftOut: 0 };
  }
  const own = candidates.find(({ container }) => container.id === input.ownId)?.container;
  const byKey = currentByKey(candidates.filter(({ container }) => mayBeServer(container, input.ownId)));
  const problems: DiscoveryProblem[] = [];
  const servers: FoundServer[] = [];
  const released: string[] = [];
  const keys = new Set([...remembered.values()].map(({ key }) => key));
  for (const [name, origin] of known) {
    const now = byKey.get(origin.key) ?? namesake(origin, byKey, keys);
    if (now !== undefined) keys.add(standingOf(now.container).key);
    if (now?.steering.watch === false || isTaken(now?.container, origin, input.taken)) released.push(name);
    else servers.push(goneOn(name, origin, now, { own, input, problems }));
  }
  const fresh = input.taken.settled ? [...byKey].filter(([key]) => !keys.has(key)) : [];
  const reachable = fresh.flatMap(([, candidate]) => {
    const found = inspected(candidate);
    if (!found || !isWanted(found) || isTaken(found.container, undefined, input.taken)) return [];
    const address = addressOf(found.container, own, found.steering);
    if (address.ok) return [{ found, address }];
    problems.push({ container: found.container.name, label: '', message: address.message });
    return [];
  });
  const taken = new Set([...names, ...remembered.keys()]);
  const kept = reachable.slice(0, Math.max(0, input.limit - servers.length));
  const named = nameNew(
    kept.map(({ found }) => found),
    taken,
    problems,
  );
  for (const [index, { found, address }] of kept.entries())
    servers.push(describeServer(named[index] ?? found.container.name, found, address, input.credentials));
  return { servers, released, problems, leftOut: reachable.length - kept.length };
}

function mayBeServer(container: ContainerFacts, ownId: string | undefined): boolean {
  return container.id !== ownId && !isOneOff(container) && !isNeverWatched(container.image);
}

/** While compose exchanges a container there are two of one service: the one that runs, else the newer one. */
function currentByKey(candidates: readonly Candidate[]): ReadonlyMap<string, Candidate> {
  const rank = ({ container }: Candidate): readonly [number, number] => [
    isRunning(container) ? 1 : 0,
    container.createdAt ?? 0,
  ];
  const worstFirst = [...candidates].sort((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    return one[0] - other[0] || one[1] - other[1];
  });
  const found = new Map(worstFirst.map((candidate) => [standingOf(candidate.container).key, candidate]));
  return new Map([...found].sort(([, a], [, b]) => compareNames(a.container.name, b.container.name)));
}

/** A container of the same name that another tool made: `docker run` before, compose now. */
function namesake(
  { container: name }: Origin,
  byKey: ReadonlyMap<string, Candidate>,
  keys: ReadonlySet<string>,
): Candidate | undefined {
  const [key, candidate] = [...byKey].find(([, { container }]) => container.name === name) ?? [];
  return key === undefined || keys.has(key) ? undefined : candidate;
}

const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function isTaken(
  container: ContainerFacts | undefined,
  origin: Origin | undefined,
  { containers }: Taken,
): boolean {
  if (container !== undefined) return containers.has(container.id) || containers.has(container.name);
  return origin !== undefined && containers.has(origin.container);
}

function inspected({ container, steering }: Candidate): Inspected | undefined {
  const { inspection } = container;
  if (!isRunning(container) || inspection?.declared === undefined) return undefined;
  return { container, steering, inspection, declared: inspection.declared };
}

function isWanted({ container, steering, declared }: Inspected): boolean {
  return steering.watch ?? isServer(container.image, declared);
}

/** A server that is known, as its container is now. */
function goneOn(
  name: string,
  origin: Origin,
  now: Candidate | undefined,
  {
    own,
    input,
    problems,
  }: { own: ContainerFacts | undefined; input: DiscoverInput; problems: DiscoveryProblem[] },
): FoundServer {
  if (now === undefined || !isRunning(now.container)) return asRemembered(name, origin, 'gone');
  const found = inspected(now);
  if (found === undefined) return asRemembered(name, origin, 'awaited');
  const { container, steering } = found;
  if (steering.name !== undefined && steering.name !== name)
    problems.push({
      container: container.name,
      label: 'pgvigil.name',
      message: `the server is known under another name and keeps it until \`pgvigil forget --all\` of that: ${name}`,
    });
  const address = addressOf(container, own, steering);
  if (!address.ok) problems.push({ container: container.name, label: '', message: address.message });
  const reached = address.ok ? address : { host: NO_ADDRESS, port: origin.port };
  return describeServer(name, found, reached, input.credentials);
}

function asRemembered(name: string, origin: Origin, reach: FoundServer['reach']): FoundServer {
  return { name, origin, reach, started: '', password: undefined };
}
