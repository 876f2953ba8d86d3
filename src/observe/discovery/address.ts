import type { Steering } from '../../model/discovery.ts';
import type { ContainerFacts } from '../../model/docker.ts';

export type Address =
  | { readonly ok: true; readonly host: string; readonly port: number }
  | { readonly ok: false; readonly message: string };

const DEFAULT_PORT = 5432;
const LOOPBACK = '127.0.0.1';
const EVERY_ADDRESS: readonly string[] = ['', '0.0.0.0', '::'];

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
  const published = container.ports.find(({ containerPort }) => containerPort === port);
  if (published !== undefined) {
    const host = EVERY_ADDRESS.includes(published.hostAddress) ? LOOPBACK : published.hostAddress;
    return { ok: true, host, port: published.hostPort };
  }
  const [network] = container.networks;
  if (network !== undefined) return { ok: true, host: network.address, port };
  return {
    ok: false,
    message: 'has no address: publish its port, or say where it is reached with the label pgvigil.host',
  };
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
