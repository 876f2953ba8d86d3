import * as units from '@grafana/grafana-foundation-sdk/units';
import { above, PLAIN, PRESENCE_WORDS } from '../colours.ts';
import { PRESENCE } from '../expressions.ts';
import { frame } from '../frame.ts';
import { connectionFailures } from '../graphs/connections.ts';
import { identityTimeline, presenceTimeline } from '../graphs/timelines.ts';
import { CHECKPOINT_AGE_LIMIT, CONNECTIONS_LIMIT } from '../limits.ts';
import { graphPanel } from '../panels/graph.ts';
import { statPanel } from '../panels/stat.ts';
import { select } from '../select.ts';
import { CONNECTIONS_TAKEN } from '../tables/servers.ts';

/** Panels of this dashboard that others refer to. */
export const DATABASE_PANELS = {
  presence: 5,
  identity: 6,
  size: 7,
  growth: 8,
  connections: 10,
  failures: 11,
  checkpoints: 14,
  checksums: 15,
} as const;

const NAME = '{{host}} {{server}} / {{datname}}';
const DAY_SECONDS = 24 * 60 * 60;
const size = `max without (instance, job) (${select('pgvigil_database_size_bytes')})`;
const lastSeen = `max without (instance, job) (${select('pgvigil_database_last_seen_timestamp_seconds')})`;
const openConnections = `max without (instance, job) (${select('pgvigil_database_connections')})`;

/** One database, or a few, over time. */
export const database = frame({
  name: 'database',
  title: 'Database',
  description: 'What happened to this database: was it there, was it the same, how did it grow, who got in?',
  last: '24h',
  sections: [
    {
      id: 100,
      title: 'Now',
      lines: [
        [
          statPanel({
            id: 1,
            title: 'Presence',
            description: 'As verified last.',
            width: 6,
            unit: units.Short,
            values: [{ expr: PRESENCE, legend: NAME }],
            steps: PLAIN,
            mappings: PRESENCE_WORDS,
          }),
          statPanel({
            id: 2,
            title: 'Last seen',
            description: 'When it was last verified to be there; remembered over restarts of pgvigil.',
            width: 6,
            unit: units.DateTimeFromNow,
            values: [{ expr: `1000 * ${lastSeen}`, legend: NAME }],
            steps: PLAIN,
            none: 'never',
          }),
          statPanel({
            id: 3,
            title: 'Size',
            description: 'Size on disk when it was last read.',
            width: 6,
            unit: units.BytesIEC,
            values: [{ expr: size, legend: NAME }],
            steps: PLAIN,
          }),
          statPanel({
            id: 4,
            title: 'Connections',
            description: 'Connections to the database now.',
            width: 6,
            unit: units.Short,
            values: [{ expr: openConnections, legend: NAME }],
            steps: PLAIN,
          }),
        ],
      ],
    },
    {
      id: 101,
      title: 'Was it there, and was it the same?',
      lines: [
        [presenceTimeline({ id: DATABASE_PANELS.presence, height: 6 })],
        [identityTimeline({ id: DATABASE_PANELS.identity, height: 6 })],
      ],
    },
    {
      id: 102,
      title: 'How did it grow?',
      lines: [
        [
          graphPanel({
            id: DATABASE_PANELS.size,
            title: 'Size',
            description:
              'Size on disk, read on a slow timer. A step down is a VACUUM FULL, a TRUNCATE or a loss.',
            width: 12,
            unit: units.BytesIEC,
            min: 0,
            curves: [{ expr: size, legend: NAME }],
          }),
          graphPanel({
            id: DATABASE_PANELS.growth,
            title: 'Growth per day',
            description: 'The growth of the last 6 hours, as it would be over a day.',
            width: 12,
            unit: units.BytesIEC,
            curves: [
              {
                expr: `max without (instance, job) (${DAY_SECONDS} * deriv(${select('pgvigil_database_size_bytes')}[6h]))`,
                legend: NAME,
              },
            ],
          }),
        ],
      ],
    },
    {
      id: 103,
      title: 'Who got in?',
      lines: [
        [
          graphPanel({
            id: 9,
            title: 'Connections to the database',
            description: 'All of them, those of pgvigil too.',
            width: 12,
            unit: units.Short,
            min: 0,
            curves: [{ expr: openConnections, legend: NAME }],
          }),
          graphPanel({
            id: DATABASE_PANELS.connections,
            title: 'Connections of the server that are taken',
            description: 'Part of max_connections. The lines are where the alerts begin.',
            width: 12,
            unit: units.PercentUnit,
            min: 0,
            max: 1,
            limit: above(CONNECTIONS_LIMIT),
            curves: [{ expr: CONNECTIONS_TAKEN, legend: '{{host}} {{server}}' }],
          }),
        ],
        [
          connectionFailures({ id: DATABASE_PANELS.failures, width: 12 }),
          graphPanel({
            id: 12,
            title: 'Time to connect',
            description: 'How long the last fresh connection took, whether it worked or not.',
            width: 12,
            unit: units.Seconds,
            min: 0,
            curves: [
              {
                expr: `max without (instance, job) (${select('pgvigil_connection_duration_seconds', { any: ['datname'] })})`,
                legend: NAME,
              },
            ],
          }),
        ],
      ],
    },
    {
      id: 104,
      title: 'Is it well?',
      lines: [
        [
          graphPanel({
            id: 13,
            title: 'Time since it was last seen',
            description: 'Grows while the database is gone or unknown.',
            width: 8,
            unit: units.Seconds,
            min: 0,
            curves: [{ expr: `time() - ${lastSeen}`, legend: NAME }],
          }),
          graphPanel({
            id: DATABASE_PANELS.checkpoints,
            title: 'Age of the last checkpoint',
            description:
              'A checkpoint that grows old means that PostgreSQL cannot write, or has nothing to write.',
            width: 8,
            unit: units.Seconds,
            min: 0,
            limit: above(CHECKPOINT_AGE_LIMIT),
            curves: [
              {
                expr: `time() - max without (instance, job) (${select('pgvigil_server_checkpoint_timestamp_seconds')})`,
                legend: '{{host}} {{server}}',
              },
            ],
          }),
          graphPanel({
            id: DATABASE_PANELS.checksums,
            title: 'Pages with a wrong checksum',
            description: 'Any is damage on disk. Nothing is counted where data checksums are off.',
            width: 8,
            unit: units.Short,
            bars: true,
            min: 0,
            curves: [
              {
                expr: `max without (instance, job) (increase(${select('pgvigil_checksum_failures_total')}[$__rate_interval])) > 0`,
                legend: NAME,
              },
            ],
          }),
        ],
      ],
    },
  ],
});
