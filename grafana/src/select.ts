import { CATALOGUE, type MetricName } from '../../src/present/metrics/catalogue.ts';

/** What Prometheus and the process metrics of pgvigil add to the catalogue, and what others say of themselves. */
export type ForeignMetric =
  | 'up'
  | 'scrape_duration_seconds'
  | 'scrape_samples_scraped'
  | `process_${string}`
  | `nodejs_${string}`
  | `prometheus_${string}`
  | `alertmanager_${string}`;

/** Labels whose variable narrows every query, where the metric has them. */
const NARROWING = ['server', 'datname'] as const;
type Narrowing = (typeof NARROWING)[number];

/** Metrics that are also about a whole server: its incidents belong to every database on it. */
const SOME_WITHOUT_DATABASE: readonly string[] = [
  'pgvigil_incident_open',
  'pgvigil_incident_info',
  'pgvigil_incident_symptom',
];

/** How a selector differs from what the variables of the dashboard say. */
export interface Selection {
  /** Only these label values. */
  readonly where?: Readonly<Record<string, string>>;
  /** Only label values that match these regular expressions. */
  readonly matching?: Readonly<Record<string, string>>;
  /** Takes all values of these labels, whatever is selected. */
  readonly any?: readonly Narrowing[];
}

/**
 * A selector of a metric that follows the variables of the dashboard: job and instance always, server and datname
 * where the catalogue gives the metric that label.
 */
export function select(
  name: MetricName | ForeignMetric,
  { where = {}, matching = {}, any = [] }: Selection = {},
): string {
  const labels: readonly string[] = name in CATALOGUE ? CATALOGUE[name as MetricName].labels : [];
  const narrowed = NARROWING.filter((label) => labels.includes(label) && !any.includes(label));
  const matchers = [
    'job=~"$job"',
    'instance=~"$instance"',
    ...narrowed.map((label) => `${label}=~"${label === 'datname' ? orNone(name) : ''}$${label}"`),
    ...Object.entries(where).map(([label, value]) => `${label}="${value}"`),
    ...Object.entries(matching).map(([label, value]) => `${label}=~"${value}"`),
  ];
  return `${name}{${matchers.join(', ')}}`;
}
/** A backup may be of a whole server too. */
const OF_BACKUPS = /^pgvigil_(backup|restore_test)_/;

const orNone = (name: string): string =>
  SOME_WITHOUT_DATABASE.includes(name) || OF_BACKUPS.test(name) ? '|' : '';

/**
 * Narrows what every target has to the jobs in which there was a pgvigil within a day: all jobs may be selected, and
 * a pgvigil that is down has nothing of its own.
 */
export const OF_PGVIGIL = `and on (job) last_over_time(${select('pgvigil_build_info')}[1d])`;

/** A metric that every target has, of pgvigil alone. */
export const ofPgvigil = (name: ForeignMetric): string => `${select(name)} ${OF_PGVIGIL}`;
