import * as units from '@grafana/grafana-foundation-sdk/units';
import { NONE_LIKED, RISK_WORDS } from '../colours.ts';
import { frame } from '../frame.ts';
import { linkFromRow } from '../links.ts';
import { statPanel } from '../panels/stat.ts';
import { HOST, tablePanel } from '../panels/table.ts';
import { textPanel } from '../panels/text.ts';
import { timelinePanel } from '../panels/timeline.ts';
import { select } from '../select.ts';

/** Panels of this dashboard that others refer to. */
export const BACKUP_PANELS = { servers: 5 } as const;

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

const EXPLANATION = `**What is known today.** pgvigil says for every server whether a backup of its data is known, whether it was ever
restored, and whether it lies on the disk of the data. Where it cannot tell, there is no value here: that is not good
news. When the last backup was made, how large it is and how long a restore takes is not measured yet.

A copy of the directory of a running server is no backup, and a replica is none either: it drops a database as fast
as the primary does.`;

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
  ],
});
