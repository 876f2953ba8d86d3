import { rm } from 'node:fs/promises';
import type { DockerStage } from './docker-stage.ts';
import type { Scenario } from './scenario.ts';

/** A loss that Docker shows needs no grace; a restart of what is left may need one. */
const SOON_MS = 25_000;
/** Longer than any grace: whatever else would open has opened by then. */
const PAST_GRACE_MS = 35_000;

const loss = (
  name: string,
  rest: Pick<Extract<Scenario, { stage: 'docker' }>, 'act' | 'expect'> &
    Partial<Extract<Scenario, { stage: 'docker' }>>,
): Extract<Scenario, { stage: 'docker' }> => ({
  name,
  group: 'loss',
  stage: 'docker',
  withinMs: SOON_MS,
  watchMs: PAST_GRACE_MS,
  ...rest,
});

/** Empties the data directory while nothing runs on it, as somebody does who wants to "start over". */
async function emptied({ docker, container, volumePath, mark }: DockerStage): Promise<void> {
  await docker('stop', container);
  await docker(
    'run',
    '--rm',
    '--network',
    'none',
    '-v',
    `${volumePath}:/x`,
    'postgres:15',
    'find',
    '/x',
    '-mindepth',
    '1',
    '-delete',
  );
  mark();
  await docker('start', container);
}

/** Everything that takes the volume, its mount or its contents away. */
export const VOLUME_LOSSES = [
  loss('compose down -v', {
    act: async ({ compose }) => void (await compose('down', '-v')),
    expect: [
      {
        kind: 'volume_missing',
        cause: 'volume_removed',
        trigger: 'compose_down',
        confidence: 'observed',
        volume: 'pinned',
        evidence: ['volume_destroyed', 'volume_absent', 'container_event'],
      },
    ],
  }),
  loss('compose down -v and up again', {
    act: async ({ compose }) => {
      await compose('down', '-v');
      await compose('up', '-d');
    },
    expect: [
      {
        kind: ['volume_missing', 'server_replaced'],
        cause: 'volume_removed',
        trigger: 'compose_down',
        confidence: 'observed',
        evidence: ['volume_destroyed'],
      },
    ],
  }),
  loss('docker rm, docker volume rm', {
    options: { by: 'run' },
    act: async ({ docker, container, volume, mark }) => {
      await docker('rm', '--force', container);
      mark();
      await docker('volume', 'rm', volume);
    },
    expect: [
      {
        kind: 'volume_missing',
        cause: 'volume_removed',
        trigger: 'volume_rm',
        confidence: 'observed',
        volume: 'pinned',
        evidence: ['volume_destroyed', 'volume_absent'],
      },
    ],
  }),
  loss('docker rm, docker volume prune', {
    lane: 'lone',
    act: async ({ docker, container, mark }) => {
      await docker('rm', '--force', container);
      mark();
      await docker('volume', 'prune', '--force');
    },
    expect: [
      {
        kind: 'volume_missing',
        cause: 'volume_removed',
        trigger: 'volume_prune',
        confidence: 'inferred',
        volume: 'pinned',
        evidence: ['volumes_pruned', 'volume_absent'],
      },
    ],
  }),
  loss('directory of the volume deleted behind Docker', {
    act: ({ volumePath }) => rm(volumePath, { recursive: true }),
    // A connection may find the files gone before Docker is asked for its volumes.
    meanwhile: ['data_files_deleted'],
    expect: [
      {
        kind: 'volume_missing',
        cause: 'volume_removed',
        trigger: 'deleted_behind_docker',
        confidence: 'inferred',
        volume: 'pinned',
        evidence: ['volume_directory_deleted'],
      },
    ],
  }),
  loss('container made anew without the volume', {
    act: async ({ compose, change, mark }) => {
      await compose('down');
      await change({ volume: 'none' });
      mark();
      await compose('up', '-d');
    },
    expect: [
      {
        kind: 'data_off_volume',
        cause: 'volume_not_mounted',
        trigger: 'anonymous_volume',
        confidence: 'observed',
        volume: 'pinned',
        evidence: ['mount_before', 'mount_after', 'volume_unused'],
      },
    ],
  }),
  loss('container made anew with another volume', {
    act: async ({ compose, change, mark }) => {
      // Without `down` docker-compose 1.29 keeps the old volume: the image declares one at this path.
      await compose('down');
      await change({ volume: { name: 'postgres_data_new' } });
      mark();
      await compose('up', '-d');
    },
    expect: [
      {
        kind: 'data_off_volume',
        cause: 'volume_not_mounted',
        trigger: 'other_volume',
        confidence: 'observed',
        volume: 'pinned',
        evidence: ['mount_before', 'mount_after', 'volume_unused'],
      },
    ],
  }),
  loss('volume mounted at the wrong path', {
    act: async ({ compose, change, mark }) => {
      await compose('down');
      await change({ volume: { target: '/var/lib/postgresql' } });
      mark();
      await compose('up', '-d');
    },
    expect: [
      {
        kind: 'data_off_volume',
        cause: 'volume_not_mounted',
        trigger: 'wrong_path',
        confidence: 'observed',
        volume: 'pinned',
        evidence: ['mount_before', 'mount_after'],
      },
    ],
  }),
  loss('compose project renamed', {
    options: { composeNames: true },
    act: async ({ compose, project, mark }) => {
      await compose('down');
      mark();
      await compose('-p', `${project}-2`, 'up', '-d');
    },
    expect: [
      {
        kind: 'data_off_volume',
        cause: 'volume_not_mounted',
        trigger: 'project_renamed',
        confidence: 'observed',
        volume: 'pinned',
        evidence: ['mount_before', 'mount_after', 'volume_unused'],
      },
    ],
  }),
  loss('data directory emptied and initialised anew', {
    act: emptied,
    expect: [
      {
        kind: 'server_replaced',
        cause: 'cluster_reinitialized',
        confidence: 'observed',
        evidence: ['system_identifier_changed', 'initialized'],
      },
    ],
  }),
  loss('data directory emptied and initialised anew, our role gone with it', {
    options: { role: 'by hand' },
    act: emptied,
    expect: [
      {
        kind: 'server_replaced',
        cause: 'cluster_reinitialized',
        confidence: 'observed',
        evidence: ['system_identifier_changed', 'initialized'],
      },
    ],
  }),
] as const satisfies readonly Scenario[];

/** Variants in which something else is to be told from the same loss. */
export const MORE_VOLUME_LOSSES: readonly Scenario[] = [
  loss('compose down -v of a project with a network of its own', {
    options: { network: 'own' },
    act: async ({ compose }) => void (await compose('down', '-v')),
    expect: [
      {
        kind: 'volume_missing',
        cause: 'volume_removed',
        trigger: 'compose_down',
        confidence: 'observed',
        volume: 'pinned',
        evidence: ['volume_destroyed', 'volume_absent', 'network_removed'],
      },
    ],
  }),
  loss('docker rm and docker volume rm on what compose made', {
    act: async ({ docker, container, volume, mark }) => {
      await docker('rm', '--force', container);
      mark();
      await docker('volume', 'rm', volume);
    },
    expect: [
      {
        kind: 'volume_missing',
        cause: 'volume_removed',
        trigger: 'volume_rm',
        confidence: 'observed',
        volume: 'pinned',
      },
    ],
  }),
  loss('compose down -v and up again, our role gone with it', {
    options: { role: 'by hand' },
    act: async ({ compose }) => {
      await compose('down', '-v');
      await compose('up', '-d');
    },
    expect: [
      {
        kind: ['volume_missing', 'server_replaced'],
        cause: 'volume_removed',
        confidence: 'observed',
        evidence: ['volume_destroyed'],
      },
    ],
  }),
];

/** The same losses while nobody looked: only before and after are known, and what Docker still remembers. */
export const UNSEEN_LOSSES: readonly Scenario[] = VOLUME_LOSSES.map(
  ({ name, expect, ...rest }: Extract<Scenario, { stage: 'docker' }>) => ({
    ...rest,
    name: `${name}, while pgvigil was off`,
    whilePgvigilIsOff: true,
    expect: expect.map(({ confidence: _, ...one }) => one),
  }),
);
