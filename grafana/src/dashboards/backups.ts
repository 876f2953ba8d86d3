import * as units from '@grafana/grafana-foundation-sdk/units';
import { NONE_LIKED, RISK_WORDS } from '../colours.ts';
import { frame } from '../frame.ts';
import { ageGraph, runGraphs, sizeGraph, stateTimelines, testGraphs } from '../graphs/backups.ts';
import { linkFromRow } from '../links.ts';
import { statPanel } from '../panels/stat.ts';
import { HOST, tablePanel } from '../panels/table.ts';
import { textPanel } from '../panels/text.ts';
import { timelinePanel } from '../panels/timeline.ts';
import { select } from '../select.ts';
import { backupTable, proofTable, sourceTable } from '../tables/backups.ts';

/** Panels of this dashboard that others refer to. */
export const BACKUP_PANELS = {
  servers: 5,
  backups: 7,
  age: 8,
  size: 9,
  runs: 10,
  held: 13,
  tests: 14,
  proof: 16,
  space: 19,
  sources: 21,
} as const;

const RISKS = [
  {
    risk: 'no_backup',
    title: 'Without a backup',
    description: 'Servers of whose data no backup is known.',
  },
  {
    risk: 'backup_unverified',
    title: 'Never restored',
    description: 'Servers whose backup was never restored to see whether it is one.',
  },
  {
    risk: 'backup_same_disk',
    title: 'On the same disk',
    description: 'Servers whose backup goes with the disk that holds the data.',
  },
] as const;

const state = (risk: string): string =>
  `max without (instance, job, risk) (${select('pgvigil_risk', { where: { risk } })})`;
const everyState = `max without (instance, job) (${select('pgvigil_risk', {
  matching: { risk: 'no_backup|backup_.+' },
})})`;

const EXPLANATION = `**What this shows.** pgvigil says for every server whether a backup of its data is known, whether one was ever
restored, and whether all of them lie on the disk of the data. Where it cannot tell, there is no value: that is not good
news. It knows the sources that stand under \`backups\` in its config, and nothing else.

A copy of the directory of a running server is no backup, and a replica is none either: it drops a database as fast
as the primary does. A backup that nobody has restored is a hope.`;

const [runs, durations, pruned, held] = runGraphs(BACKUP_PANELS.runs, 11, 12, BACKUP_PANELS.held);
const [tests, restores, proof, size] = testGraphs(BACKUP_PANELS.tests, 15, BACKUP_PANELS.proof, 17);
const [progress, sources, checks, reasons, age] = stateTimelines(20, BACKUP_PANELS.sources, 22, 23, 24);

/** Is there a way back. */
export const backups = frame({
  name: 'backups',
  title: 'Backups',
  description: 'Is there a way back if the data goes now?',
  last: '7d',
  sections: [
    {
      id: 100,
      title: 'Is there a way back?',
      lines: [
        [
          ...RISKS.map(({ risk, title, description }, index) =>
            statPanel({
              id: index + 1,
              title,
              description,
              width: 4,
              height: 6,
              unit: units.Short,
              values: [{ expr: `sum(${state(risk)})`, legend: 'servers' }],
              steps: NONE_LIKED,
              none: 'cannot be told',
            }),
          ),
          textPanel({
            id: 4,
            title: 'What this shows',
            description: 'What pgvigil knows about backups, and what it does not know yet.',
            width: 12,
            height: 6,
            markdown: EXPLANATION,
          }),
        ],
        [
          tablePanel({
            id: BACKUP_PANELS.servers,
            title: 'Servers',
            description: 'What would be lost for want of a backup. An empty cell: it cannot be told.',
            width: 24,
            height: 8,
            none: 'nothing is known about backups',
            columns: [
              HOST,
              { label: 'server', link: linkFromRow('Overview', 'overview', ['server']) },
              ...RISKS.map(({ risk, title }) => ({
                title: title.toLowerCase(),
                expr: state(risk),
                mappings: RISK_WORDS,
              })),
            ],
            sortBy: { title: 'server' },
          }),
        ],
        [
          timelinePanel({
            id: 6,
            title: 'Since when',
            description: 'When a risk came and went.',
            height: 8,
            states: [{ expr: everyState, legend: '{{host}} {{server}}: {{risk}}' }],
            mappings: RISK_WORDS,
          }),
        ],
      ],
    },
    {
      id: 101,
      title: 'The newest backups',
      lines: [
        [backupTable({ id: BACKUP_PANELS.backups, height: 9 })],
        [ageGraph(BACKUP_PANELS.age), sizeGraph(BACKUP_PANELS.size)],
        [sourceTable({ id: BACKUP_PANELS.space, height: 6 })],
        [progress, sources],
      ],
    },
    {
      id: 102,
      title: 'Can they be restored?',
      lines: [
        [proofTable({ id: 18, height: 9 })],
        [tests, restores],
        [proof, size],
        [checks, reasons],
        [age],
      ],
    },
    {
      id: 103,
      title: 'How they are made',
      lines: [
        [runs, durations],
        [pruned, held],
      ],
    },
  ],
});
