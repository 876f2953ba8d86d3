import * as units from '@grafana/grafana-foundation-sdk/units';
import type { MetricName } from '../../../src/present/metrics/catalogue.ts';
import { HELD_WORDS, RUNS_WORDS, TEST_WORDS, WORKS_WORDS } from '../colours.ts';
import { graphPanel } from '../panels/graph.ts';
import { timelinePanel } from '../panels/timeline.ts';
import { type Selection, select } from '../select.ts';

const NAME = '{{host}} {{server}} {{datname}}';
const max = (name: MetricName, selection?: Selection): string =>
  `max without (instance, job) (${select(name, selection)})`;
const half = { width: 12 } as const;

/** How old the newest backups were: the higher, the more would have been lost. */
export const ageGraph = (id: number) =>
  graphPanel({
    id,
    title: 'Age of the newest backup',
    description: 'What came later would have been lost. The dashed limits of each source are in the table.',
    ...half,
    unit: units.Seconds,
    min: 0,
    curves: [
      {
        expr: `time() - ${max('pgvigil_backup_last_success_timestamp_seconds')}`,
        legend: `${NAME} {{location}}`,
      },
    ],
  });

export const sizeGraph = (id: number) =>
  graphPanel({
    id,
    title: 'Size of the newest backup',
    description: 'A fall is a database that was emptied, or a dump that is not whole.',
    ...half,
    unit: units.BytesIEC,
    min: 0,
    curves: [{ expr: max('pgvigil_backup_last_size_bytes'), legend: `${NAME} {{location}}` }],
  });

/** What attempts came to, and what they took. */
export const runGraphs = (runs: number, durations: number, pruned: number, held: number) =>
  [
    graphPanel({
      id: runs,
      title: 'Attempts',
      description: 'How attempts of pgvigil to make a backup ended.',
      ...half,
      unit: units.Short,
      min: 0,
      bars: true,
      curves: [
        {
          expr: `sum without (instance, job, source) (increase(${select('pgvigil_backup_runs_total')}[$__rate_interval])) > 0`,
          legend: `${NAME} {{result}}`,
        },
      ],
    }),
    graphPanel({
      id: durations,
      title: 'How long the last attempt took',
      description: 'By phase. The dump holds a snapshot open, which keeps vacuum from cleaning up.',
      ...half,
      unit: units.Seconds,
      min: 0,
      curves: [{ expr: max('pgvigil_backup_last_duration_seconds'), legend: `${NAME} {{phase}}` }],
    }),
    graphPanel({
      id: pruned,
      title: 'Deleted backups',
      description: 'Backups that gave way to newer ones.',
      ...half,
      unit: units.Short,
      min: 0,
      bars: true,
      curves: [
        {
          expr: `sum without (instance, job, source) (increase(${select('pgvigil_backup_pruned_total')}[$__rate_interval])) > 0`,
          legend: NAME,
        },
      ],
    }),
    timelinePanel({
      id: held,
      title: 'Nothing is deleted',
      description: 'While one of these reasons holds, no backup of that database is deleted.',
      ...half,
      height: 7,
      states: [{ expr: max('pgvigil_backup_retention_held'), legend: `${NAME}: {{reason}}` }],
      mappings: HELD_WORDS,
    }),
  ] as const;

/** How restore tests ended, and how long a restore takes. */
export const testGraphs = (tests: number, durations: number, proof: number, data: number) =>
  [
    timelinePanel({
      id: tests,
      title: 'Restore tests',
      description: 'How the last one had ended. Inconclusive tells nothing about the backup.',
      ...half,
      height: 7,
      states: [
        {
          expr: `max without (instance, job, result) (${select('pgvigil_restore_test_last_result', { where: { result: 'passed' } })}) - max without (instance, job, result) (${select('pgvigil_restore_test_last_result', { where: { result: 'failed' } })})`,
          legend: NAME,
        },
      ],
      mappings: TEST_WORDS,
    }),
    graphPanel({
      id: durations,
      title: 'How long a restore takes',
      description: 'Phases of the last restore test: so long one would be down, at least.',
      ...half,
      unit: units.Seconds,
      min: 0,
      curves: [{ expr: max('pgvigil_restore_test_duration_seconds'), legend: `${NAME} {{phase}}` }],
    }),
    graphPanel({
      id: proof,
      title: 'Age of what is proven',
      description: 'How old the newest backup is that passed each check, and how old a restored one may be.',
      ...half,
      unit: units.Seconds,
      min: 0,
      curves: [
        {
          expr: `time() - ${max('pgvigil_backup_newest_verified_timestamp_seconds')}`,
          legend: `${NAME} {{level}}`,
        },
        { expr: max('pgvigil_restore_test_max_age_seconds'), legend: `${NAME} may be` },
        {
          expr: `time() - ${max('pgvigil_restore_test_last_success_timestamp_seconds')}`,
          legend: `${NAME} last test that passed, {{location}}`,
        },
      ],
    }),
    graphPanel({
      id: data,
      title: 'What came back',
      description: 'Size of the database that the last restore test made, and how old its data was.',
      ...half,
      unit: units.BytesIEC,
      min: 0,
      curves: [{ expr: max('pgvigil_restore_test_restored_bytes'), legend: NAME }],
    }),
  ] as const;

/** What goes on now, and which checks there were. */
export const stateTimelines = (
  progress: number,
  sources: number,
  checks: number,
  reasons: number,
  age: number,
) =>
  [
    timelinePanel({
      id: progress,
      title: 'Under way',
      description: 'Attempts and restore tests that have begun and have not said how they ended.',
      ...half,
      height: 7,
      states: [
        { expr: max('pgvigil_backup_in_progress'), legend: `backup of ${NAME}` },
        { expr: max('pgvigil_restore_test_in_progress'), legend: `restore test of ${NAME}` },
      ],
      mappings: RUNS_WORDS,
    }),
    timelinePanel({
      id: sources,
      title: 'Can backups be looked at?',
      description: 'While they cannot, what is said of them is old.',
      ...half,
      height: 7,
      states: [
        {
          expr: `max without (instance, job, kind) (${select('pgvigil_backup_source_up')})`,
          legend: '{{host}} {{server}} {{source}}',
        },
      ],
      mappings: WORKS_WORDS,
    }),
    timelinePanel({
      id: checks,
      title: 'Checks of the last restore test',
      description: 'What was looked at, and how it ended; what was skipped was not looked at.',
      ...half,
      height: 7,
      states: [{ expr: max('pgvigil_restore_test_checks'), legend: `${NAME}: {{check}} {{result}}` }],
      mappings: [],
    }),
    timelinePanel({
      id: reasons,
      title: 'Why a restore test did not pass',
      description: 'The reason while the last one has not passed.',
      ...half,
      height: 7,
      states: [{ expr: max('pgvigil_restore_test_reason_info'), legend: `${NAME}: {{reason}}` }],
      mappings: [],
    }),
    graphPanel({
      id: age,
      title: 'Age of the restored data',
      description: 'Of the last restore test: what came later would have been lost.',
      unit: units.Seconds,
      min: 0,
      curves: [{ expr: `time() - ${max('pgvigil_restore_test_data_timestamp_seconds')}`, legend: NAME }],
    }),
  ] as const;
