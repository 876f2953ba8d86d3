import { isIP } from 'node:net';
import type { ServerConfig } from '../model/config.ts';
import type { ContainerFacts, MountFacts } from '../model/docker.ts';

/** What of a server tells where it is. */
type Sought = Pick<ServerConfig, 'host' | 'port' | 'docker'>;

interface Hints {
  readonly remoteAddress: string | undefined;
  readonly remembered: { readonly container?: { readonly id: string; readonly name: string } } | undefined;
}

/** One way to recognise a server's container: gives all that fit. */
type Way = (server: Sought, hints: Hints, running: readonly ContainerFacts[]) => readonly ContainerFacts[];

/** From the strongest evidence to the weakest; the first way that finds anything decides. */
const WAYS: readonly Way[] = [byName, byAddress, byAlias, bySocketDirectory, byPublishedPort, byHostNetwork];
const DEFAULT_PORT = 5432;
/** These answer at the address of a server and hold no data. */
const POOLER = /pgbouncer|pgpool|pgcat|odyssey|haproxy|traefik|envoy|socat/i;
const EVERY_ADDRESS: readonly string[] = ['', '0.0.0.0', '::', '[::]'];

/**
 * Finds the container of a server: the configured one; else the one it had before, or its successor, while that
 * runs; else by the address of the server. A container that does not run is found by name or memory only.
 */
export function findContainer(
  server: Sought,
  hints: Hints,
  containers: readonly ContainerFacts[],
): ContainerFacts | undefined {
  const configured = server.docker.container;
  if (configured !== undefined) return named(containers, configured) ?? byIdPrefix(containers, configured);
  const remembered = hints.remembered?.container;
  const successor = remembered && successorOf(remembered, containers);
  if (successor && isAlive(successor)) return successor;
  const alive = containers.filter((container) => isAlive(container) && !POOLER.test(container.image));
  for (const way of WAYS) {
    const found = way(server, hints, alive);
    if (found.length > 0) return only(found);
  }
  return successor ?? named(containers, server.host);
}

/** Gives the one, or the one that is surely PostgreSQL, or nothing: a guess would blame the wrong volume. */
function only(found: readonly ContainerFacts[]): ContainerFacts | undefined {
  if (found.length === 1) return found[0];
  const candidates = found.filter(({ inspection }) => inspection !== undefined);
  return candidates.length === 1 ? candidates[0] : undefined;
}

function isAlive({ state }: ContainerFacts): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}

function named(containers: readonly ContainerFacts[], name: string): ContainerFacts | undefined {
  return containers.find((container) => container.name === name);
}

function byIdPrefix(containers: readonly ContainerFacts[], text: string): ContainerFacts | undefined {
  if (!/^[0-9a-f]{12,64}$/.test(text)) return undefined;
  return only(containers.filter(({ id }) => id.startsWith(text)));
}

/** The same container, else one of the same name, else the one of the same compose service. */
function successorOf(
  { id, name }: { readonly id: string; readonly name: string },
  containers: readonly ContainerFacts[],
): ContainerFacts | undefined {
  return (
    containers.find((container) => container.id === id) ??
    named(containers, name) ??
    only(containers.filter((container) => composeNames(container).includes(name)))
  );
}

/** Names that docker-compose gives to the first container of a service: `p_s_1` (1.x), `p-s-1` (2.x). */
function composeNames({ labels }: ContainerFacts): readonly string[] {
  const project = labels.get('com.docker.compose.project');
  const service = labels.get('com.docker.compose.service');
  if (!project || !service) return [];
  return [`${project}_${service}_1`, `${project}-${service}-1`];
}

function byName(server: Sought, _hints: Hints, running: readonly ContainerFacts[]) {
  const found = named(running, server.host) ?? byIdPrefix(running, server.host);
  return found ? [found] : [];
}

function byAddress(server: Sought, { remoteAddress }: Hints, running: readonly ContainerFacts[]) {
  const wanted = [server.host, remoteAddress].map(plainAddress).filter((address) => address !== '');
  return running.filter(({ addresses }) =>
    addresses.some((address) => wanted.includes(plainAddress(address))),
  );
}

function byAlias({ host }: Sought, _hints: Hints, running: readonly ContainerFacts[]) {
  return running.filter(
    ({ networkAliases, labels }) =>
      networkAliases.includes(host) || labels.get('com.docker.compose.service') === host,
  );
}

function bySocketDirectory({ host }: Sought, _hints: Hints, running: readonly ContainerFacts[]) {
  if (!host.startsWith('/')) return [];
  const holdsSocket = ({ source }: MountFacts): boolean =>
    source.startsWith('/') && source !== '/' && `${host}/`.startsWith(`${source.replace(/\/+$/, '')}/`);
  return running.filter(({ mounts }) => mounts.some(holdsSocket));
}

function byPublishedPort(server: Sought, { remoteAddress }: Hints, running: readonly ContainerFacts[]) {
  if (server.host.startsWith('/')) return [];
  const isHere = isLocalAddress(server.host);
  const own = [server.host, remoteAddress];
  return running.filter(({ ports }) =>
    ports.some(
      ({ hostAddress, hostPort }) =>
        hostPort === server.port &&
        (own.includes(hostAddress) ||
          (isHere && (EVERY_ADDRESS.includes(hostAddress) || isLocalAddress(hostAddress)))),
    ),
  );
}

function byHostNetwork(server: Sought, _hints: Hints, running: readonly ContainerFacts[]) {
  if (!isLocalAddress(server.host)) return [];
  return running.filter(
    ({ networkMode, inspection }) =>
      networkMode === 'host' && inspection && (inspection.pgport ?? DEFAULT_PORT) === server.port,
  );
}

/** Tells whether a host name or address means the machine itself. */
export function isLocalAddress(host: string): boolean {
  const address = plainAddress(host);
  if (isIP(address) === 4) return address.startsWith('127.') || address === '0.0.0.0';
  return address === '::1' || address === '::' || host === 'localhost' || host === 'host.docker.internal';
}

/** An IP address without brackets and without the IPv4-in-IPv6 prefix of a dual-stack socket, else `''`. */
function plainAddress(text: string | undefined): string {
  const address = (text ?? '')
    .replace(/^\[|\]$/g, '')
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .toLowerCase();
  return isIP(address) === 0 ? '' : address;
}
