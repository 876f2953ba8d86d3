import type { Trigger } from '../../model/cause.ts';
import type { VolumeFacts } from '../../model/docker.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { Case } from '../case.ts';
import { asEvidence, containerEvents, gapEvidence } from './events.ts';
import { lastSeenOfServer } from './last-seen.ts';
import { type Finding, led } from './rule.ts';

/** The pinned volume is still there, with the data, and the server runs on something else. */
export function volumeNotMounted(facts: Case): readonly Finding[] {
  const { memory, inventory, volume, placement, container, symptoms } = facts;
  const pinned = memory.volume;
  if (pinned === undefined || inventory === undefined || volume === undefined || volume.dataMissing)
    return [];
  if (container === undefined || placement.volume === pinned) return [];
  const explains = led(symptoms, 'data_off_volume', 'server_replaced', 'database_missing');
  if (!explains?.some(({ kind }) => kind === 'data_off_volume')) return [];
  const created = containerEvents(facts).filter(({ action }) => action === 'create' || action === 'start');
  const destination = memory.home?.destination;
  return [
    {
      cause: 'volume_not_mounted',
      trigger: triggerOf(facts, volume),
      confidence: created.length > 0 ? 'observed' : 'inferred',
      evidence: [
        {
          kind: 'mount_before',
          at: facts.wellAt,
          source: 'memory',
          facts: { volume: pinned, ...(destination && { destination }) },
        },
        { kind: 'mount_after', at: container.createdAt, source: 'docker_inspect', facts: mountFacts(facts) },
        { kind: 'volume_unused', at: volume.createdAt, source: 'docker_list', facts: { volume: pinned } },
        ...asEvidence(containerEvents(facts), 'container_event'),
        ...lastSeenOfServer(facts),
        ...gapEvidence(facts),
      ],
      explains,
      urgent: true,
    },
  ];
}

function triggerOf({ container, placement, inventory, memory }: Case, pinned: VolumeFacts): Trigger {
  if (container?.mounts.some((mount) => mount.volume === pinned.name)) return 'wrong_path';
  if (placement.mount === undefined) return 'no_mount';
  const other = inventory?.volumes.find(({ name }) => name === placement.volume);
  if (other?.anonymous) return 'anonymous_volume';
  if (other && isRenamed(other, pinned, memory.home?.composeProject)) return 'project_renamed';
  return 'other_volume';
}

/** Same volume of the compose file, another project: the directory or the project was renamed. */
function isRenamed(other: VolumeFacts, pinned: VolumeFacts, project: string | undefined): boolean {
  const name = (volume: VolumeFacts): string | undefined => volume.labels.get('com.docker.compose.volume');
  const of = (volume: VolumeFacts): string | undefined => volume.labels.get('com.docker.compose.project');
  return name(other) !== undefined && name(other) === name(pinned) && of(other) !== (of(pinned) ?? project);
}

function mountFacts({ placement }: Case): Evidence['facts'] {
  const { mount, dataDirectory } = placement;
  return {
    ...(dataDirectory && { data_directory: dataDirectory }),
    ...(mount
      ? { type: mount.type, destination: mount.destination, ...(mount.volume && { volume: mount.volume }) }
      : { type: 'none' }),
  };
}
