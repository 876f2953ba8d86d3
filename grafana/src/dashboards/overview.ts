import * as units from '@grafana/grafana-foundation-sdk/units';
import { AGE_OF_REPORT, NONE_LIKED, NONE_WANTED, RISK_WORDS, type Steps } from '../colours.ts';
import {
  countOf,
  DATABASE_IDENTITY,
  OPEN_INCIDENTS,
  PRESENCE,
  SERVER_IDENTITY,
  UNKNOWN,
  VERIFIED_PRESENCE,
  VOLUME_PRESENCE,
  ZERO,
} from '../expressions.ts';
import { frame } from '../frame.ts';
import type { PanelSource } from '../layout.ts';
import { linkFromRow } from '../links.ts';
import { statPanel } from '../panels/stat.ts';
import { HOST, tablePanel } from '../panels/table.ts';
import { select } from '../select.ts';
import { databaseTable } from '../tables/databases.ts';
import { incidentTable } from '../tables/incidents.ts';
import { serverTable } from '../tables/servers.ts';
import type { Curve } from '../target.ts';

/** Panels of this dashboard that others refer to. */
export const OVERVIEW_PANELS = { incidents: 9, databases: 10, servers: 11, risks: 12 } as const;

const serverUp = `max without (instance, job) (${select('pgvigil_server_up')})`;
const risk = `max without (instance, job) (${select('pgvigil_risk')}) == 1`;

interface Count {
  readonly title: string;
  readonly description: string;
  readonly values: readonly Curve[];
  readonly steps: Steps;
}

const COUNTS: readonly Count[] = [
  {
    title: 'Databases gone',
    description: 'Databases that were verified to be gone, or whose data cannot be read.',
    values: [{ expr: countOf(`(${VERIFIED_PRESENCE})`, 0), legend: 'databases' }],
    steps: NONE_WANTED,
  },
  {
    title: 'Databases unknown',
    description: 'Expected databases of which nobody can tell whether they are there.',
    values: [{ expr: countOf(PRESENCE, UNKNOWN), legend: 'databases' }],
    steps: NONE_LIKED,
  },
  {
    title: 'Replaced',
    description: 'Databases and servers that have the name and another identity.',
    values: [
      { expr: countOf(DATABASE_IDENTITY, 0), legend: 'databases' },
      { expr: countOf(SERVER_IDENTITY, 0), legend: 'servers' },
    ],
    steps: NONE_WANTED,
  },
  {
    title: 'Servers down',
    description: 'Servers that let nobody in.',
    values: [{ expr: countOf(serverUp, 0), legend: 'servers' }],
    steps: NONE_WANTED,
  },
  {
    title: 'Volumes gone',
    description: 'Docker volumes that held the data of a server and are gone.',
    values: [{ expr: countOf(VOLUME_PRESENCE, 0), legend: 'volumes' }],
    steps: NONE_WANTED,
  },
  {
    title: 'Open incidents',
    description: 'Open until the data is back or a person accepts the loss.',
    values: [{ expr: `count(${OPEN_INCIDENTS}) or ${ZERO}`, legend: 'incidents' }],
    steps: NONE_WANTED,
  },
  {
    title: 'Blind spots',
    description: 'Looks that failed. Nobody watches there, and nothing is known to be wrong.',
    values: [{ expr: `sum(${select('pgvigil_observer_up')} == bool 0)`, legend: 'looks' }],
    steps: NONE_LIKED,
  },
];

const countPanel = (id: number, count: Count): PanelSource =>
  statPanel({ id, width: 3, unit: units.Short, ...count });

/** Is everything there, at one look. */
export const overview = frame({
  name: 'overview',
  title: 'Overview',
  description: 'Is everything there? What was verified, what is wrong and why, what nobody can tell.',
  last: '6h',
  sections: [
    {
      id: 100,
      title: 'Is everything there?',
      lines: [
        [
          ...COUNTS.map((count, index) => countPanel(index + 1, count)),
          statPanel({
            id: 8,
            title: 'Report age',
            description: 'Age of the oldest report. pgvigil makes one every second.',
            width: 3,
            unit: units.Seconds,
            values: [{ expr: `max(time() - ${select('pgvigil_report_timestamp_seconds')})`, legend: 'age' }],
            steps: AGE_OF_REPORT,
          }),
        ],
        [incidentTable({ id: OVERVIEW_PANELS.incidents, height: 7 })],
      ],
    },
    { id: 101, title: 'Databases', lines: [[databaseTable({ id: OVERVIEW_PANELS.databases, height: 10 })]] },
    {
      id: 102,
      title: 'Servers, and what would be lost',
      lines: [
        [
          serverTable({ id: OVERVIEW_PANELS.servers, width: 16, height: 9 }),
          tablePanel({
            id: OVERVIEW_PANELS.risks,
            title: 'Risks',
            description: 'Not lost yet, but would be. The status page of pgvigil tells the remedy.',
            width: 8,
            height: 9,
            none: 'no risk known',
            columns: [
              HOST,
              { label: 'server', link: linkFromRow('Backups', 'backups', ['server']) },
              { label: 'risk' },
              { title: 'state', expr: risk, mappings: RISK_WORDS, width: 90 },
            ],
            sortBy: { title: 'server' },
          }),
        ],
      ],
    },
  ],
});
