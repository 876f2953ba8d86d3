import * as units from '@grafana/grafana-foundation-sdk/units';
import { graphPanel } from '../panels/graph.ts';
import { select } from '../select.ts';

/** Failed connections by their reason, to all databases of the server: a failure has no respect for names. */
export const connectionFailures = (where: { readonly id: number; readonly width?: number }) =>
  graphPanel({
    ...where,
    title: 'Failed connections by reason',
    description:
      'Fresh connections of pgvigil that failed, to any database of the server. The reason comes from SQLSTATE or errno: no_database is 3D000, saturated is 53300, refused means that nothing listens.',
    unit: units.Short,
    bars: true,
    min: 0,
    curves: [
      {
        expr: `sum without (instance, job) (increase(${select('pgvigil_connection_failures_total', { any: ['datname'] })}[$__rate_interval])) > 0`,
        legend: '{{host}} {{server}} / {{datname}}: {{reason}}',
      },
    ],
  });
