import { describe, expect, test } from 'vitest';
import { CATALOGUE, type MetricName } from '../../src/present/metrics/catalogue.ts';
import { KNOWN_METRICS } from '../kit/known-metrics.ts';
import { parseQuery, type Selector } from '../kit/promql.ts';
import { type Dashboard, EVERYTHING, interpolate, panelQueries, readDashboards } from './kit.ts';
import { bareCounters, panelMetrics } from './linter.ts';

const dashboards = readDashboards();

/** Made by Prometheus for every target, and by the client library for every process. */
const FOREIGN = /^(up|scrape_(duration_seconds|samples_scraped)|(process|nodejs)_\w+)$/;
/** What no panel shows, and why. */
const UNUSED: Partial<Record<MetricName, string>> = {
  pgvigil_server_timeline: 'evidence, in the table of the incident',
  pgvigil_server_in_recovery: 'evidence',
  pgvigil_connection_attempts_total: 'one every 10 seconds, whatever happens',
  pgvigil_database_sizes_timestamp_seconds: 'the graphs show where sizes end',
  pgvigil_docker_down_info: 'the status page says it',
  pgvigil_filesystem_down_info: 'the status page says it',
  pgvigil_config_last_reload_success_timestamp_seconds: 'whether it worked is shown',
};

const queries = dashboards.flatMap((dashboard) => [
  ...panelQueries(dashboard).map(({ name, target }) => [name, target.expr] as const),
  ...dashboard.annotations.list.map(({ name, expr }) => [`${dashboard.uid} ${name}`, expr ?? ''] as const),
  ...variableQueries(dashboard),
]);

describe.each(queries)('%s', (_, expr) => {
  const query = parseQuery(interpolate(expr, EVERYTHING));

  test('is PromQL that Prometheus 2.42 and 3 read alike', () => {
    expect(query.errors).toEqual([]);
    expect(query.versionProblems).toEqual([]);
  });

  test('asks for metrics and labels that exist', () => {
    expect(query.selectors.flatMap(selectorProblems)).toEqual([]);
  });

  test('reads counters by what they grew', () => {
    expect(bareCounters(query)).toEqual([]);
  });
});

test('every metric of the catalogue is shown, or it is said why not', () => {
  const shown = new Set(dashboards.flatMap(panelMetrics));
  const missing = Object.keys(CATALOGUE).filter((name) => !shown.has(name) && !(name in UNUSED));
  const superfluous = Object.keys(UNUSED).filter((name) => shown.has(name) || !(name in CATALOGUE));
  expect({ missing, superfluous }).toEqual({ missing: [], superfluous: [] });
});

function variableQueries({ uid, templating }: Dashboard): readonly (readonly [string, string])[] {
  return templating.list.flatMap(({ name, type, query }) => {
    if (type !== 'query') return [];
    const text = typeof query === 'object' ? query.query : (query ?? '');
    return [[`${uid} $${name}`, /^label_values\((.+), *\w+\)$/.exec(text)?.[1] ?? ''] as const];
  });
}

function selectorProblems({ metric, matchers }: Selector): readonly string[] {
  const named = matchers.find(({ label }) => label === '__name__');
  if (named !== undefined) {
    const pattern = new RegExp(`^(?:${named.value})$`);
    return Object.keys(CATALOGUE).some((name) => pattern.test(name)) ? [] : [named.value];
  }
  if (metric === undefined) return ['a selector without a name'];
  if (metric === 'ALERTS' || FOREIGN.test(metric)) return [];
  if (metric in KNOWN_METRICS) return [];
  if (!(metric in CATALOGUE)) return [metric];
  const labels: readonly string[] = ['job', 'instance', ...CATALOGUE[metric as MetricName].labels];
  return matchers.filter(({ label }) => !labels.includes(label)).map(({ label }) => `${metric}{${label}}`);
}
