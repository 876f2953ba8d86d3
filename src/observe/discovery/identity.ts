import type { ContainerFacts } from '../../model/docker.ts';

const COMPOSE = 'com.docker.compose';

/** What of a container outlives it: its place in a compose project or a swarm service, or its name. */
export interface Standing {
  /** Equal for a container and its successor. */
  readonly key: string;
  /** What a person calls it. */
  readonly short: string;
  /** The same where two would be called so. */
  readonly long: string;
}

/** Takes a container and gives how it is recognised and called. Parts are kept apart: no two give one key. */
export function standingOf(container: Pick<ContainerFacts, 'name' | 'labels'>): Standing {
  const { name, labels } = container;
  const task = standingInSwarm(container);
  if (task !== undefined) return task;
  const project = labels.get(`${COMPOSE}.project`);
  const service = labels.get(`${COMPOSE}.service`);
  if (!project || !service) return { key: JSON.stringify(['name', name]), short: name, long: name };
  const number = labels.get(`${COMPOSE}.container-number`) || '1';
  const place = number === '1' ? service : `${service}-${number}`;
  return {
    key: JSON.stringify(['compose', project, service, number]),
    short: place,
    long: `${project}-${place}`,
  };
}

/** The name of a task ends in an id of its own, `shop_db.1.x3ub…`: its successor has the same service and slot. */
function standingInSwarm({ labels }: Pick<ContainerFacts, 'labels'>): Standing | undefined {
  const service = labels.get('com.docker.swarm.service.name');
  const task = labels.get('com.docker.swarm.task.name');
  if (!service || !task?.startsWith(`${service}.`)) return undefined;
  const slot = task.slice(service.length + 1).split('.')[0] ?? '';
  const name = slot === '1' ? service : `${service}-${slot}`;
  return { key: JSON.stringify(['swarm', service, slot]), short: name, long: name };
}

/** Made by `docker-compose run` for one command; it has the labels of its service. */
export function isOneOff({ labels }: Pick<ContainerFacts, 'labels'>): boolean {
  return labels.get(`${COMPOSE}.oneoff`)?.toLowerCase() === 'true';
}

/** Whether it has processes: only then its address is its own. */
export function isRunning({ state }: Pick<ContainerFacts, 'state'>): boolean {
  return state === 'running' || state === 'paused';
}

/** The id of the container that a process is in, from its mountinfo (proc(5)); `undefined` outside of any. */
export function ownContainerId(mountinfo: string): string | undefined {
  // The engine mounts files of its own over these three (moby daemon/container_operations_unix.go).
  return /\/([0-9a-f]{64})\/(?:userdata\/)?(?:hostname|hosts|resolv\.conf) \/etc\//.exec(mountinfo)?.[1];
}
