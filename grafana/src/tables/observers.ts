import * as units from '@grafana/grafana-foundation-sdk/units';
import { WORKS_WORDS } from '../colours.ts';
import { tablePanel } from '../panels/table.ts';
import { select } from '../select.ts';

/** Every look of every pgvigil. */
export function observerTable(options: {
  readonly id: number;
  readonly width: number;
  readonly height: number;
}) {
  return tablePanel({
    ...options,
    title: 'Looks now',
    description:
      'What is looked at, whether the last look worked, how long it took and when one last worked.',
    none: 'nothing was looked at yet',
    columns: [
      { label: 'observer' },
      { label: 'target' },
      { label: 'instance' },
      {
        title: 'works',
        expr: `max without (job) (${select('pgvigil_observer_up')})`,
        mappings: WORKS_WORDS,
      },
      {
        title: 'took',
        expr: `max without (job) (${select('pgvigil_observer_duration_seconds')})`,
        unit: units.Seconds,
      },
      {
        title: 'last worked',
        expr: `1000 * max without (job) (${select('pgvigil_observer_last_success_timestamp_seconds')})`,
        unit: units.DateTimeFromNow,
      },
    ],
    sortBy: { title: 'works' },
  });
}
