import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './datasource.ts';

const SCRAPED = 'job=~"$job", instance=~"$instance"';
/** Grafana's number for a query of the form label_values(metric, label). */
const LABEL_VALUES = 1;

/**
 * The variables of every dashboard. Each one offers only what those before it leave. A database is offered when it is
 * expected or there: one that was lost must be there to be chosen.
 */
export function variables(): (dashboard.DatasourceVariableBuilder | dashboard.QueryVariableBuilder)[] {
  return [
    new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    labelValues('job', 'Job', 'pgvigil_build_info'),
    labelValues('instance', 'Instance', 'pgvigil_build_info{job=~"$job"}'),
    labelValues('server', 'Server', `pgvigil_server_info{${SCRAPED}}`),
    labelValues(
      'datname',
      'Database',
      `{__name__=~"pgvigil_database_(expected|present)", ${SCRAPED}, server=~"$server"}`,
    ),
  ];
}

function labelValues(label: string, title: string, series: string): dashboard.QueryVariableBuilder {
  const query = `label_values(${series}, ${label})`;
  return new dashboard.QueryVariableBuilder(label)
    .label(title)
    .datasource(DATASOURCE)
    .query({ qryType: LABEL_VALUES, query, refId: `Variable-${label}` })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
