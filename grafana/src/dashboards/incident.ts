import * as units from '@grafana/grafana-foundation-sdk/units';
import { below, RUNNING_WORDS, VOLUME_WORDS } from '../colours.ts';
import { DISK_LEFT, MOUNTED, VOLUME_PRESENCE } from '../expressions.ts';
import { frame } from '../frame.ts';
import { connectionFailures } from '../graphs/connections.ts';
import { dockerEvents, startsAndRestarts } from '../graphs/happenings.ts';
import { identityTimeline, presenceTimeline, serverStateTimeline } from '../graphs/timelines.ts';
import { DISK_LEFT_LIMIT } from '../limits.ts';
import { graphPanel } from '../panels/graph.ts';
import { statPanel } from '../panels/stat.ts';
import { timelinePanel } from '../panels/timeline.ts';
import { select } from '../select.ts';
import { incidentTable, symptomTable } from '../tables/incidents.ts';

/** Panels of this dashboard that others refer to. */
export const INCIDENT_PANELS = {
  headline: 1,
  evidence: 2,
  presence: 3,
  identity: 4,
  state: 5,
  containers: 6,
  volumes: 7,
  disk: 8,
  dockerEvents: 9,
  starts: 10,
  failures: 11,
} as const;

/** Volumes that are or were those of the servers selected: a removed one is nobody's any more. */
const ofTheServers = `and max without (instance, job, server, container) (last_over_time(${select('pgvigil_volume_mounted')}[$__range]))`;
const onTheServers = `and max without (instance, job, server) (last_over_time(${select('pgvigil_server_filesystem_info')}[$__range]))`;

/** Everything about one loss on one time axis, one thing below the other. */
export const incident = frame({
  name: 'incident',
  title: 'Incident',
  description: 'What happened, in which order, and why? Everything about a server on one time axis.',
  last: '1h',
  sections: [
    {
      id: 100,
      title: 'What is open',
      lines: [
        [
          statPanel({
            id: INCIDENT_PANELS.headline,
            title: 'In one sentence',
            description: 'The headline of every open incident of the servers selected.',
            width: 24,
            height: 4,
            unit: units.Short,
            showName: true,
            none: 'no open incident',
            values: [
              {
                expr: `max by (headline) (${select('pgvigil_incident_info')})`,
                legend: '{{headline}}',
              },
            ],
            steps: [[null, 'red']],
          }),
        ],
        [incidentTable({ id: INCIDENT_PANELS.evidence, height: 7, withEvidence: true })],
        [symptomTable({ id: 12, height: 5 })],
      ],
    },
    {
      id: 101,
      title: 'What happened, in which order',
      lines: [
        [presenceTimeline({ id: INCIDENT_PANELS.presence })],
        [identityTimeline({ id: INCIDENT_PANELS.identity })],
        [serverStateTimeline({ id: INCIDENT_PANELS.state, height: 4 })],
        [
          timelinePanel({
            id: INCIDENT_PANELS.containers,
            title: 'Containers',
            description: 'Whether the container of the server was running. A gap: Docker could not be asked.',
            height: 4,
            states: [
              {
                expr: `min without (instance, job) (${select('pgvigil_container_running')})`,
                legend: '{{host}} {{server}}: {{container}}',
              },
            ],
            mappings: RUNNING_WORDS,
          }),
        ],
        [
          timelinePanel({
            id: INCIDENT_PANELS.volumes,
            title: 'Volumes',
            description: 'Whether the volume is there, and whether it is what the data directory lies on.',
            height: 5,
            states: [
              { expr: `${VOLUME_PRESENCE} ${ofTheServers}`, legend: '{{host}} {{volume}}' },
              {
                // Apart from the values of presence, so that one panel has words for both.
                expr: `${MOUNTED} + min without (instance, job) (${select('pgvigil_volume_mounted')})`,
                legend: '{{host}} {{volume}} in {{container}}',
              },
            ],
            mappings: VOLUME_WORDS,
          }),
        ],
        [
          graphPanel({
            id: INCIDENT_PANELS.disk,
            title: 'Space left where the data lies',
            description: 'Part of the filesystem that is left. The lines are where the alerts begin.',
            unit: units.PercentUnit,
            min: 0,
            max: 1,
            limit: below(DISK_LEFT_LIMIT),
            curves: [{ expr: `${DISK_LEFT} ${onTheServers}`, legend: '{{host}} {{mountpoint}}' }],
          }),
        ],
        [dockerEvents({ id: INCIDENT_PANELS.dockerEvents })],
        [startsAndRestarts({ id: INCIDENT_PANELS.starts })],
        [connectionFailures({ id: INCIDENT_PANELS.failures })],
      ],
    },
  ],
});
