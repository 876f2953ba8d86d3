import type { Steering } from '../../model/discovery.ts';
import type { ContainerFacts, PublishedPort } from '../../model/docker.ts';

export type Address =
  | { readonly ok: true; readonly host: string; readonly port: number }
  | { readonly ok: false; readonly message: string };

/** Where PostgreSQL listens unless it is told otherwise. */
export const DEFAULT_PORT = 5432;
const LOOPBACK = '127.0.0.1';
const EVERY_ADDRESS: readonly string[] = ['', '0.0.0.0', '::'];

/** Where a port of a container is published on this machine. */
export interface Published {
  readonly host: string;
  readonly port: number;
  /** Other machines reach it too. */
  readonly isOpen: boolean;
}

/**
 * Where a running container is reached. What its labels say; else on the network of the host, this machine; else,
 * from inside a container (`own`), its address in a network that both are in; else a published port, or its address.
 */
export function addressOf(
  container: ContainerFacts,
  own: ContainerFacts | undefined,
  steering: Pick<Steering, 'host' | 'port'>,
): Address {
  const port = steering.port ?? container.inspection?.pgport ?? DEFAULT_PORT;
  if (steering.host !== undefined) return { ok: true, host: steering.host, port };
  const onHost = own === undefined || own.networkMode === 'host';
  if (container.networkMode === 'host' && onHost) return { ok: true, host: LOOPBACK, port };
  if (!onHost) return inSharedNetwork(container, own, port);
  const published = publishedOn(container.ports, port);
  if (published !== undefined) return { ok: true, host: published.host, port: published.port };
  const [network] = container.networks;
  if (network !== undefined) return { ok: true, host: network.address, port };
  return {
    ok: false,
    message: 'has no address: publish its port, or say where it is reached with the label pgvigil.host',
  };
}

/** Takes what a container publishes and gives where that port is; one that is for everybody, if there is one. */
export function publishedOn(ports: readonly PublishedPort[], port: number): Published | undefined {
  const own = ports.filter(({ containerPort }) => containerPort === port);
  // Docker lists IPv4 and IPv6 apart.
  const chosen = own.find(({ hostAddress }) => EVERY_ADDRESS.includes(hostAddress)) ?? own[0];
  if (chosen === undefined) return undefined;
  const { hostAddress, hostPort } = chosen;
  const isEvery = EVERY_ADDRESS.includes(hostAddress);
  const isOpen = isEvery || !(hostAddress.startsWith('127.') || hostAddress === '::1');
  return { host: isEvery ? LOOPBACK : hostAddress, port: hostPort, isOpen };
}

function inSharedNetwork(container: ContainerFacts, own: ContainerFacts, port: number): Address {
  const ownIds = own.networks.map(({ id }) => id);
  const shared = container.networks.find(({ id }) => ownIds.includes(id));
  if (shared !== undefined) return { ok: true, host: shared.address, port };
  return {
    ok: false,
    message:
      'is in no network that pgvigil is in: attach one to a network of the other, or say where it is reached with the label pgvigil.host',
  };
}
