import type { ServerConfig } from '../../model/config.ts';
import type { ContainerFacts } from '../../model/docker.ts';
import { findContainer } from '../locate-container.ts';

/** Something that the configuration names, and what is known of its place. */
export interface Named {
  readonly server: Pick<ServerConfig, 'host' | 'port' | 'docker'>;
  /** The address that our connection reached. */
  readonly remoteAddress: string | undefined;
  readonly remembered: { readonly id: string; readonly name: string } | undefined;
  /** It was looked at: nothing more will be known of where it is. */
  readonly looked: boolean;
}

/** The containers that belong to what is named already. */
export interface Taken {
  /** Ids and names of containers. */
  readonly containers: ReadonlySet<string>;
  /** Whether every container that may belong to something named is known. */
  readonly settled: boolean;
}

/** Finds them, each as the container of a server is found. */
export function takenContainers(named: readonly Named[], containers: readonly ContainerFacts[]): Taken {
  const taken = new Set<string>();
  let settled = true;
  for (const { server, remoteAddress, remembered, looked } of named) {
    const known = { remoteAddress, remembered: remembered && { container: remembered } };
    const found = findContainer(server, known, containers);
    if (found === undefined && !looked) settled = false;
    const its = found ?? remembered;
    if (its) taken.add(its.id).add(its.name);
  }
  return { containers: taken, settled };
}
