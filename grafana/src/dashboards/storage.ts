import * as units from '@grafana/grafana-foundation-sdk/units';
import { below, READONLY_WORDS, WORKS_WORDS } from '../colours.ts';
import { DISK_LEFT, INODES_LEFT } from '../expressions.ts';
import { frame } from '../frame.ts';
import { DISK_LEFT_LIMIT, INODES_LEFT_LIMIT, TIME_TO_FULL_LIMIT } from '../limits.ts';
import { graphPanel } from '../panels/graph.ts';
import { timelinePanel } from '../panels/timeline.ts';
import { select } from '../select.ts';
import { filesystemTable, TIME_TO_FULL } from '../tables/filesystems.ts';
import { placeTable, volumeTable } from '../tables/volumes.ts';

/** Panels of this dashboard that others refer to. */
export const STORAGE_PANELS = {
  filesystems: 1,
  left: 2,
  timeToFull: 3,
  inodes: 4,
  stuck: 5,
  readonly: 6,
  volumes: 7,
  places: 8,
} as const;

const without = (expr: string): string => `max without (instance, job, device, fstype) (${expr})`;

/** Is there room, and where does the data lie. */
export const storage = frame({
  name: 'storage',
  title: 'Storage',
  description: 'Is there room, when is it used up, and where does the data lie?',
  last: '24h',
  sections: [
    {
      id: 100,
      title: 'Filesystems',
      lines: [
        [filesystemTable({ id: STORAGE_PANELS.filesystems, height: 7 })],
        [
          graphPanel({
            id: STORAGE_PANELS.left,
            title: 'Space left',
            description: 'Part of the filesystem that is left. The lines are where the alerts begin.',
            width: 12,
            unit: units.PercentUnit,
            min: 0,
            max: 1,
            limit: below(DISK_LEFT_LIMIT),
            curves: [{ expr: DISK_LEFT, legend: '{{host}} {{mountpoint}}' }],
          }),
          graphPanel({
            id: STORAGE_PANELS.timeToFull,
            title: 'Time until it is full',
            description: 'If it goes on as in the last 6 hours. Nothing is shown for what does not fill.',
            width: 12,
            unit: units.Seconds,
            min: 0,
            limit: below(TIME_TO_FULL_LIMIT),
            curves: [{ expr: TIME_TO_FULL, legend: '{{host}} {{mountpoint}}' }],
          }),
        ],
        [
          graphPanel({
            id: 11,
            title: 'Space that will be left in 24 hours',
            description: 'If it goes on as in the last 6 hours. Below zero there is none.',
            width: 12,
            unit: units.BytesIEC,
            curves: [
              {
                expr: `min without (instance, job, device, fstype) (predict_linear(${select('pgvigil_filesystem_avail_bytes')}[6h], ${24 * 60 * 60}))`,
                legend: '{{host}} {{mountpoint}}',
              },
            ],
          }),
          graphPanel({
            id: STORAGE_PANELS.inodes,
            title: 'Inodes left',
            description: 'Without an inode no file can be created, however much space there is.',
            width: 12,
            unit: units.PercentUnit,
            min: 0,
            max: 1,
            limit: below(INODES_LEFT_LIMIT),
            curves: [{ expr: INODES_LEFT, legend: '{{host}} {{mountpoint}}' }],
          }),
        ],
        [
          timelinePanel({
            id: STORAGE_PANELS.stuck,
            title: 'Does it answer?',
            description: 'A filesystem that does not answer in time is stuck: what uses it hangs.',
            width: 12,
            states: [
              {
                expr: `min without (instance, job, device, fstype) (${select('pgvigil_filesystem_up')})`,
                legend: '{{host}} {{mountpoint}}',
              },
            ],
            mappings: WORKS_WORDS,
          }),
          timelinePanel({
            id: STORAGE_PANELS.readonly,
            title: 'Is it read-only?',
            description: 'The kernel makes a filesystem read-only after an error.',
            width: 12,
            states: [
              { expr: without(select('pgvigil_filesystem_readonly')), legend: '{{host}} {{mountpoint}}' },
            ],
            mappings: READONLY_WORDS,
          }),
        ],
      ],
    },
    {
      id: 101,
      title: 'Where the data lies',
      lines: [
        [placeTable({ id: STORAGE_PANELS.places, height: 7 })],
        [
          volumeTable({ id: STORAGE_PANELS.volumes, width: 12, height: 8 }),
          graphPanel({
            id: 12,
            title: 'Size of volumes',
            description: 'Read on a slow timer. Nothing is shown where the driver does not tell.',
            width: 12,
            height: 8,
            unit: units.BytesIEC,
            min: 0,
            curves: [
              {
                expr: `max without (instance, job) (${select('pgvigil_volume_size_bytes')})`,
                legend: '{{host}} {{volume}}',
              },
            ],
          }),
        ],
      ],
    },
    {
      id: 102,
      title: 'What Docker uses',
      lines: [
        [
          graphPanel({
            id: 9,
            title: 'Disk space of Docker',
            description: 'Read on a slow timer.',
            width: 12,
            unit: units.BytesIEC,
            min: 0,
            curves: [
              {
                expr: `max without (instance, job) (${select('pgvigil_docker_disk_usage_bytes')})`,
                legend: '{{type}}',
              },
            ],
          }),
          graphPanel({
            id: 10,
            title: 'What Docker calls reclaimable',
            description: 'Not what may go: an unused volume is often the last copy of somebody’s data.',
            width: 12,
            unit: units.BytesIEC,
            min: 0,
            curves: [
              {
                expr: `max without (instance, job) (${select('pgvigil_docker_disk_reclaimable_bytes')})`,
                legend: '{{type}}',
              },
            ],
          }),
        ],
      ],
    },
  ],
});
