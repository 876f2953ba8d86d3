import { metricsOf, parseQuery, type Query } from '../kit/promql.ts';
import { contentPanels, type Dashboard, EVERYTHING, interpolate, type Panel, type Variable } from './kit.ts';

/**
 * The rules of grafana/dashboard-linter 0.2.0 under their names, for dashboards of one Prometheus. Each gives what is
 * wrong. Where the original looks at less than its documentation says, this looks at what it says.
 */
export type LintRule = (dashboard: Dashboard) => readonly string[];

const DATASOURCE = `\${datasource}`;
/** Types of panels that show the answers of queries. */
const DRAWN = ['stat', 'timeseries', 'table', 'gauge', 'state-timeline'];

export const LINT_RULES: Readonly<Record<string, LintRule>> = {
  'template-datasource-rule': ({ templating }) => {
    const sources = templating.list.filter(({ type }) => type === 'datasource');
    const ok =
      sources.length === 1 && sources[0]?.name === 'datasource' && sources[0].label === 'Data source';
    return ok ? [] : ['one data source variable called datasource, labelled Data source'];
  },
  'template-job-rule': (dashboard) => choosesTargets(dashboard, 'job', 'Job'),
  'template-instance-rule': (dashboard) => choosesTargets(dashboard, 'instance', 'Instance'),
  'template-label-promql-rule': ({ templating }) =>
    queryVariables(templating.list).flatMap(({ name, query }) => {
      const text = typeof query === 'object' ? query.query : (query ?? '');
      const [, series] = /^label_values\((.+), *\w+\)$/.exec(text) ?? [];
      if (series === undefined) return [`${name}: ${text}`];
      return parsed(series).errors.map((error) => `${name}: ${error}`);
    }),
  'template-on-time-change-reload-rule': ({ templating }) =>
    queryVariables(templating.list).flatMap(({ name, refresh }) => (refresh === 2 ? [] : [name])),
  'panel-datasource-rule': (dashboard) =>
    drawn(dashboard).flatMap(({ title, datasource }) => (datasource?.uid === DATASOURCE ? [] : [title])),
  'panel-title-description-rule': (dashboard) =>
    contentPanels(dashboard).flatMap(({ id, title, description }) =>
      title && description ? [] : [`panel ${id}`],
    ),
  'panel-units-rule': (dashboard) =>
    drawn(dashboard).flatMap(({ title, fieldConfig }) => (fieldConfig?.defaults.unit ? [] : [title])),
  'panel-no-targets-rule': (dashboard) =>
    drawn(dashboard).flatMap(({ title, targets }) => ((targets ?? []).length > 0 ? [] : [title])),
  'target-logql-rule': (dashboard) => foreignTargets(dashboard),
  'target-logql-auto-rule': (dashboard) => foreignTargets(dashboard),
  'target-promql-rule': (dashboard) =>
    queries(dashboard).flatMap(({ title, query }) => query.errors.map((error) => `${title}: ${error}`)),
  'target-rate-interval-rule': (dashboard) =>
    drawn(dashboard).flatMap(({ title, targets = [] }) =>
      targets
        .filter(({ expr }) => /\bi?rate\(/.test(expr))
        .flatMap(({ expr }) => (/\bi?rate\([^[]*\[(?!\$__rate_interval\])/.test(expr) ? [title] : [])),
    ),
  'target-job-rule': (dashboard) => selectsTargets(dashboard, 'job'),
  'target-instance-rule': (dashboard) => selectsTargets(dashboard, 'instance'),
  'target-counter-agg-rule': (dashboard) =>
    queries(dashboard).flatMap(({ title, query }) =>
      bareCounters(query).map((metric) => `${title}: ${metric}`),
    ),
  'uneditable-dashboard': ({ editable, title }) => (editable === false ? [] : [title]),
};

/** Counters that are read as if they were gauges. */
export function bareCounters({ text, ranges, selectors }: Query): readonly string[] {
  return selectors.flatMap((selector) => {
    const { metric, from, to } = selector;
    if (!metric?.endsWith('_total')) return [];
    const isCounted = ranges.some(
      (range) =>
        range.from <= from && to <= range.to && /^(rate|irate|increase|resets)$/.test(range.fn ?? ''),
    );
    if (isCounted) return [];
    // A counter that was not there before counts as a whole: `x unless last_over_time(x[1h] offset 5m)`.
    const itself = text.slice(from, to);
    const before = ` unless last_over_time(${itself}[1h] offset `;
    const isBorn = text.startsWith(before, to);
    const isBefore = text.slice(0, to).endsWith(before.slice(0, before.indexOf('[')));
    return isBorn || isBefore ? [] : [metric];
  });
}

function choosesTargets({ templating }: Dashboard, name: string, label: string): readonly string[] {
  const variable = templating.list.find((one) => one.name === name);
  const ok =
    variable?.type === 'query' &&
    variable.datasource?.uid === DATASOURCE &&
    variable.label === label &&
    variable.multi === true &&
    variable.allValue === '.+';
  return ok ? [] : [`the variable ${name}`];
}

/** The value that takes the place of a variable, so that one can see afterwards that it stood there. */
const MARKED = { ...EVERYTHING, job: 'THE_JOB', instance: 'THE_INSTANCE' };

function selectsTargets(dashboard: Dashboard, label: 'job' | 'instance'): readonly string[] {
  return queries(dashboard).flatMap(({ title, query }) =>
    query.selectors
      .filter(
        ({ matchers }) =>
          !matchers.some((one) => one.label === label && one.op === '=~' && one.value === MARKED[label]),
      )
      .map(({ metric }) => `${title}: ${metric}`),
  );
}

function queries(dashboard: Dashboard): readonly { title: string; query: Query }[] {
  return contentPanels(dashboard).flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ title, query: parsed(expr) })),
  );
}

const parsed = (expr: string): Query => parseQuery(interpolate(expr, MARKED));
const drawn = (dashboard: Dashboard): readonly Panel[] =>
  contentPanels(dashboard).filter(({ type }) => DRAWN.includes(type));
const queryVariables = (list: readonly Variable[]): readonly Variable[] =>
  list.filter(({ type }) => type === 'query');
const foreignTargets = (dashboard: Dashboard): readonly string[] =>
  drawn(dashboard).flatMap(({ title, targets = [] }) =>
    targets.flatMap(({ datasource }) => (datasource?.type === 'prometheus' ? [] : [title])),
  );

/** The metrics of all panels. */
export const panelMetrics = (dashboard: Dashboard): readonly string[] => [
  ...new Set(queries(dashboard).flatMap(({ query }) => metricsOf(query))),
];
