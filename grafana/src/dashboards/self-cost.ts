import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Section } from '../layout.ts';
import { graphPanel } from '../panels/graph.ts';
import { OF_PGVIGIL, ofPgvigil, select } from '../select.ts';

/** Panels of this section that others refer to. */
export const COST_PANELS = { scrape: 14, series: 15 } as const;

const INSTANCE = '{{instance}}';

/** What pgvigil costs: the part of its dashboard that is about resources. */
export const cost: Section = {
  id: 103,
  title: 'What does it cost?',
  lines: [
    [
      graphPanel({
        id: COST_PANELS.scrape,
        title: 'Time of a scrape',
        description: 'As Prometheus measures it. A scrape renders the last report and looks at nothing.',
        width: 8,
        unit: units.Seconds,
        min: 0,
        curves: [{ expr: ofPgvigil('scrape_duration_seconds'), legend: INSTANCE }],
      }),
      graphPanel({
        id: COST_PANELS.series,
        title: 'Series',
        description: 'Samples of a scrape.',
        width: 8,
        unit: units.Short,
        min: 0,
        curves: [{ expr: ofPgvigil('scrape_samples_scraped'), legend: INSTANCE }],
      }),
      graphPanel({
        id: 16,
        title: 'Memory',
        description: 'Of the main process: what it holds, and the part of it that JavaScript uses.',
        width: 8,
        unit: units.BytesIEC,
        min: 0,
        curves: [
          { expr: ofPgvigil('process_resident_memory_bytes'), legend: '{{instance}} resident' },
          { expr: ofPgvigil('nodejs_heap_size_used_bytes'), legend: '{{instance}} heap used' },
        ],
      }),
    ],
    [
      graphPanel({
        id: 17,
        title: 'Processor',
        description: 'Of the main process, as a part of one core.',
        width: 8,
        unit: units.PercentUnit,
        min: 0,
        curves: [
          {
            expr: `rate(${select('process_cpu_seconds_total')}[$__rate_interval]) ${OF_PGVIGIL}`,
            legend: INSTANCE,
          },
        ],
      }),
      graphPanel({
        id: 18,
        title: 'Delay of the event loop',
        description: 'How late it gets to what is due. A long one makes every look seem slow.',
        width: 8,
        unit: units.Seconds,
        min: 0,
        curves: [
          { expr: ofPgvigil('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}} 99th percentile' },
          { expr: ofPgvigil('nodejs_eventloop_lag_p50_seconds'), legend: '{{instance}} median' },
        ],
      }),
      graphPanel({
        id: 19,
        title: 'Open files',
        description: 'File descriptors of the main process, connections included.',
        width: 8,
        unit: units.Short,
        min: 0,
        curves: [{ expr: ofPgvigil('process_open_fds'), legend: INSTANCE }],
      }),
    ],
  ],
};
