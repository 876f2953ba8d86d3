import type { EvidenceKind } from '../../../model/evidence.ts';
import { bytes, type Facts, named, number, sentence, text } from '../facts.ts';
import { count } from '../text.ts';

/** What Docker tells, one sentence for each kind. */
export const DOCKER_EVIDENCE = {
  volume_destroyed: (facts) => `Docker removed ${named('volume', nameOf(facts))}.`,
  volumes_pruned: (facts) => {
    const freed = bytes(facts, 'reclaimed');
    return `A prune removed unused volumes${freed === undefined ? '' : `, ${freed} in all`}.`;
  },
  volume_absent: (facts) => `Docker does not list ${named('volume', text(facts, 'volume'))}.`,
  volume_created: (facts) =>
    `A new ${text(facts, 'volume') ?? 'volume'} was made: it is not the volume that held the data.`,
  volume_unused: (facts) =>
    `${sentence(named('volume', text(facts, 'volume')))} was made; it still exists, and the data does not lie on it now.`,
  volume_directory_deleted: (facts) =>
    `Docker lists ${named('volume', text(facts, 'volume'))}, and its directory is gone.`,
  mount_before: (facts) => {
    const { volume, destination } = placeOf(facts);
    return `Until then the data lay on ${volume}${destination}.`;
  },
  mount_after: (facts) => {
    const directory = named('data directory', text(facts, 'data_directory'));
    if (facts['type'] === 'none') return `${sentence(directory)} lies on no mount: it is in the container.`;
    const { volume, destination, isVolume } = placeOf(facts);
    if (isVolume) return `${sentence(directory)} lies on ${volume}${destination}.`;
    const type = text(facts, 'type');
    return type === undefined
      ? `${sentence(directory)} is where the server has its data.`
      : `${sentence(directory)} lies on a mount of type ${type}${destination}.`;
  },
  container_event: (facts) => {
    const action = text(facts, 'action') ?? '';
    const words = Object.hasOwn(ACTIONS, action) ? ACTIONS[action]?.(facts) : `had the event ${action}`;
    return `${sentence(named('container', nameOf(facts)))} ${words}.`;
  },
  container_state: (facts) => {
    const code = number(facts, 'exit_code');
    const restarts = number(facts, 'restarts') ?? 0;
    const parts = [
      `${sentence(named('container', nameOf(facts)))} is ${text(facts, 'state') ?? 'in an unknown state'}`,
      code !== undefined && facts['state'] !== 'running' && `exit code ${code}`,
      facts['oom_killed'] === true && 'killed for want of memory',
      restarts > 0 && count(restarts, 'restart'),
    ];
    return `${parts.filter((part) => part !== false).join(', ')}.`;
  },
  container_absent: (facts) => `Docker does not list ${named('container', nameOf(facts))}.`,
  network_removed: (facts) =>
    `${sentence(named('network', nameOf(facts)))} of the Compose project was removed.`,
  docker_unreachable: (facts) => {
    const reason = text(facts, 'reason');
    return `The Docker engine does not answer${reason === undefined ? '' : `: ${reason}`}.`;
  },
  daemon_restarted: () => 'The Docker engine was restarted.',
  events_lost: (facts) => {
    const gaps = number(facts, 'gaps');
    const often = gaps === undefined ? '' : ` ${gaps === 1 ? 'once' : `${gaps} times`}`;
    return `Docker events were lost${often}: what is not listed here may have happened all the same.`;
  },
  log_line: (facts) => `The container's log: ${text(facts, 'text') ?? 'an empty line'}`,
} as const satisfies Partial<Record<EvidenceKind, (facts: Facts) => string>>;

const nameOf = (facts: Facts): string | undefined => text(facts, 'name') ?? text(facts, 'id');

function placeOf(facts: Facts): { volume: string; destination: string; isVolume: boolean } {
  const volume = text(facts, 'volume');
  const destination = text(facts, 'destination');
  return {
    volume: named('volume', volume),
    destination: destination === undefined ? '' : `, mounted at ${destination}`,
    isVolume: volume !== undefined,
  };
}

/** Events of a container, as Docker names them (Docker API, GET /events). */
const ACTIONS: Readonly<Record<string, (facts: Facts) => string>> = {
  kill: (facts) => `was sent signal ${text(facts, 'signal') ?? 'unknown'}`,
  die: (facts) => {
    const code = text(facts, 'exitCode');
    return `ended${code === undefined ? '' : ` with exit code ${code}`}`;
  },
  stop: () => 'was stopped',
  destroy: () => 'was removed',
  create: () => 'was created',
  start: () => 'was started',
  restart: () => 'was restarted',
  oom: () => 'ran out of memory, and the kernel killed a process of it',
  pause: () => 'was paused',
};
