import type { Trigger } from '../../model/cause.ts';
import type { DockerEvent } from '../../model/docker.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { Case } from '../case.ts';
import { asEvidence, containerEvents, gapEvidence } from './events.ts';
import { lastSeenOfServer } from './last-seen.ts';
import { type Finding, led } from './rule.ts';

/** A compose down does everything within this time; a person types more slowly. */
const COMPOSE_MS = 5000;

/**
 * The pinned volume was removed: Docker said so, or it is not in the list any more, or its directory is gone.
 * A new volume of the same name, made since, does not bring the data back.
 */
export function volumeRemoved(facts: Case): readonly Finding[] {
  const { memory, inventory, volume, symptoms } = facts;
  const name = memory.volume;
  const explains = led(symptoms, 'volume_missing', 'server_replaced', 'database_missing', 'server_down');
  if (name === undefined || inventory === undefined || !explains) return [];
  const destroyed = facts.events.filter(
    ({ type, action, id }) => type === 'volume' && action === 'destroy' && id === name,
  );
  const pruned = facts.events.filter(({ type, action }) => type === 'volume' && action === 'prune');
  const absent = volume === undefined;
  const behind = volume?.dataMissing === true;
  if (destroyed.length === 0 && !absent && !behind) return [];
  // The same cluster still answers, and nothing of it is missing: the volume came back with its data.
  if (
    !absent &&
    !behind &&
    facts.verified.up &&
    memory.stranger === undefined &&
    symptoms.every(({ kind }) => kind !== 'database_missing')
  )
    return [];
  const trigger = triggerOf(facts, destroyed, pruned, behind);
  return [
    {
      cause: 'volume_removed',
      ...(trigger && { trigger }),
      confidence: destroyed.length > 0 ? 'observed' : 'inferred',
      evidence: [
        ...asEvidence(destroyed, 'volume_destroyed'),
        ...(destroyed.length === 0 ? asEvidence(pruned, 'volumes_pruned') : []),
        ...state(facts, name, absent, behind),
        ...asEvidence(containerEvents(facts), 'container_event'),
        ...asEvidence(networksOf(facts), 'network_removed'),
        ...lastSeenOfServer(facts),
        ...gapEvidence(facts),
      ],
      explains,
      urgent: true,
    },
  ];
}

function triggerOf(
  facts: Case,
  destroyed: readonly DockerEvent[],
  pruned: readonly DockerEvent[],
  behind: boolean,
): Trigger | undefined {
  if (behind) return 'deleted_behind_docker';
  const [gone] = destroyed;
  const prune = pruned.at(-1);
  if (!gone) return prune && 'volume_prune';
  // Since Docker 23 a prune announces each volume before itself.
  if (prune && prune.at >= gone.at && prune.at - gone.at < COMPOSE_MS) return 'volume_prune';
  if (projectOf(facts) === undefined) return 'volume_rm';
  if (networksOf(facts).length > 0) return 'compose_down';
  const own = containerEvents(facts).filter(({ at }) => at <= gone.at && gone.at - at < COMPOSE_MS);
  // It stops its containers first; a `docker rm --force` kills, and the engine announces no stop.
  const stopped = own.some(({ action }) => action === 'stop');
  const removed = own.some(({ action }) => action === 'destroy');
  return stopped && removed ? 'compose_down' : 'volume_rm';
}

/** The compose project of the container; its events name it also where nobody saw it at home. */
function projectOf(facts: Case): string | undefined {
  const named = containerEvents(facts).map(({ attributes }) => attributes.get('com.docker.compose.project'));
  return facts.memory.home?.composeProject ?? named.find((project) => project !== undefined);
}

/** Removed networks of the compose project. */
function networksOf(facts: Case): readonly DockerEvent[] {
  const project = projectOf(facts);
  if (project === undefined) return [];
  return facts.events.filter(
    ({ type, action, name }) =>
      type === 'network' && action === 'destroy' && name?.startsWith(`${project}_`) === true,
  );
}

function state(facts: Case, volume: string, absent: boolean, behind: boolean): readonly Evidence[] {
  const at = facts.docker.inventory?.observation.at;
  if (absent) return [{ kind: 'volume_absent', at, source: 'docker_list', facts: { volume } }];
  if (behind) return [{ kind: 'volume_directory_deleted', at, source: 'docker_list', facts: { volume } }];
  return [{ kind: 'volume_created', at: facts.volume?.createdAt, source: 'docker_list', facts: { volume } }];
}
