import type { Cause, Trigger } from '../../../model/cause.ts';
import { type Facts, text } from '../facts.ts';
import { culprit, type Subject } from '../subject.ts';
import { short } from '../text.ts';

/** How it is said that data is lost or out of reach, one headline for each cause. */
export const LOSS_HEADLINES = {
  volume_removed: (subject) => {
    const name = volumeOf(subject);
    const { incident, when, lastSeen } = subject;
    if (incident.trigger === 'deleted_behind_docker')
      return `The directory of volume ${name} was deleted behind Docker's back, found at ${when('volume_directory_deleted')}${lastSeen}`;
    const how = incident.trigger === undefined ? '' : (REMOVED_BY[incident.trigger] ?? '');
    const renewed = subject.first('volume_created') ? ', and a new one of that name was made' : '';
    return incident.confidence === 'observed'
      ? `Volume ${name} was removed at ${when('volume_destroyed')}${how}${renewed}${lastSeen}`
      : `Volume ${name} was removed some time before ${when('volume_absent')}${how}${renewed}${lastSeen}`;
  },
  volume_not_mounted: (subject) => {
    const { incident, server, when, lastSeen } = subject;
    const after = subject.facts('mount_after');
    const where = incident.trigger === undefined ? undefined : MISPLACED[incident.trigger];
    return `Since ${when('mount_after')} server ${server} does not use its volume ${volumeOf(subject)}, which is still there: ${where?.(after) ?? 'its data lies elsewhere'}${lastSeen}`;
  },
  cluster_reinitialized: ({ server, when, lastSeen }) =>
    `A new cluster was made in the data directory of ${server} at ${when('initialized')}: the old one does not answer any more${lastSeen}`,
  database_dropped: (subject) =>
    subject.incident.confidence === 'observed'
      ? `${subject.whom} was dropped at ${subject.when()}${culprit(subject)}${subject.lastSeen}`
      : `${subject.whom} was dropped some time before ${subject.when()}${subject.lastSeen}`,
  database_recreated: (subject) =>
    `${subject.whom} was dropped and made again${atOrBefore(subject)} ${subject.when()}${culprit(subject)}: it is not the one it was${subject.lastSeen}`,
  database_renamed: (subject) =>
    `${subject.whom} was renamed to ${text(subject.facts('renamed_to'), 'after') ?? 'another name'}${atOrBefore(subject)} ${subject.when()}`,
  data_files_deleted: ({ datname, server, when, lastSeen }) =>
    datname === undefined
      ? `Files of the data directory of ${server} are gone, found at ${when('files_missing')}${lastSeen}`
      : `The files of database ${short(datname)} of ${server} were deleted, found at ${when('files_missing')}: only its name is left${lastSeen}`,
  interrupted_drop: ({ whom, when, lastSeen }) =>
    `${whom} is half deleted: a DROP DATABASE began and was interrupted, found at ${when('invalid_database')}${lastSeen}`,
  corruption: ({ whom, when }) =>
    `${whom} is damaged: PostgreSQL cannot read its own files, found at ${when('connection_failed')}`,
} as const satisfies Partial<Record<Cause, (subject: Subject) => string>>;

const volumeOf = ({ volume }: Subject): string => (volume === undefined ? 'of the data' : short(volume));

const atOrBefore = ({ incident }: Subject): string =>
  incident.confidence === 'observed' ? ' at' : ' some time before';

const REMOVED_BY: Readonly<Partial<Record<Trigger, string>>> = {
  compose_down: ' by a compose down',
  volume_rm: ' on its own, as docker volume rm does',
  volume_prune: ' by a docker volume prune',
};

const MISPLACED: Readonly<Partial<Record<Trigger, (after: Facts) => string>>> = {
  no_mount: () => 'its data lies in the container itself, on no volume',
  other_volume: (after) => `its data lies on ${otherOf(after) ?? 'another mount'}`,
  anonymous_volume: (after) => {
    const name = text(after, 'volume');
    return `its data lies on an anonymous volume${name === undefined ? '' : ` (${name})`}`;
  },
  wrong_path: (after) => `it is mounted, and the data directory${directoryOf(after)} is not on it`,
  project_renamed: (after) => `its data lies on ${otherOf(after) ?? 'the volume'} of another Compose project`,
};

function otherOf(after: Facts): string | undefined {
  const name = text(after, 'volume');
  return name === undefined ? undefined : `volume ${name}`;
}

function directoryOf(after: Facts): string {
  const directory = text(after, 'data_directory');
  return directory === undefined ? '' : ` ${directory}`;
}
