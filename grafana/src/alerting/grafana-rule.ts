import { ALERT_PANELS } from './panels.ts';
import type { AlertRule } from './read-rules.ts';
import { translate } from './translate.ts';

/** The data source that the shipped provisioning makes. */
export const PROMETHEUS_UID = 'pgvigil-prometheus';
const EXPRESSIONS = { type: '__expr__', uid: '__expr__' } as const;

/** Annotations that a person needs in any case; the others are left out where they cannot be filled in. */
const NEEDED = ['summary', 'description', 'runbook_url', 'dashboard_url'];

/** Sentences that limp without what was asked for them. */
const MENDED: Readonly<Record<string, readonly [from: string, to: string]>> = {
  PgVigilExporterDown: ['pgvigil at for', 'pgvigil for'],
  PgVigilServerDown: [' Its state is not known.', ''],
  PgVigilPrometheusRuleFailures: ['What they watch over is', 'What some rules watch over is'],
};

/** Without an answer of Prometheus nobody watches: these say so, once, for all the others. */
const SPEAKS_FOR_ALL = ['PgVigilExporterDown', 'PgVigilExporterAbsent'];

/** One rule in the shape that Grafana reads from files. */
export function grafanaRule(rule: AlertRule, { isOnly }: { readonly isOnly: boolean }): object {
  const { alert, expr, labels = {} } = rule;
  const severity = labels['severity'] ?? 'none';
  const place = ALERT_PANELS[alert];
  return {
    uid: isOnly ? alert : `${alert}-${severity}`,
    // Becomes the label `alertname`, which routes and inhibitions go by.
    title: alert,
    condition: 'C',
    data: [
      query('A', PROMETHEUS_UID, { expr: expr.trim(), instant: true, range: false, editorMode: 'code' }),
      query('B', EXPRESSIONS.uid, {
        type: 'reduce',
        expression: 'A',
        reducer: 'last',
        datasource: EXPRESSIONS,
      }),
      // Prometheus fires for every series that is left, whatever its value: 0 too.
      query('C', EXPRESSIONS.uid, { type: 'math', expression: 'is_number($B)', datasource: EXPRESSIONS }),
    ],
    for: rule.for ?? '0s',
    ...(rule.keep_firing_for ? { keepFiringFor: rule.keep_firing_for } : {}),
    // No series is what a rule gives while all is well; a heartbeat that has none has to stop.
    noDataState: 'OK',
    execErrState: onError(alert, severity),
    ...place,
    annotations: annotations(rule),
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, escaped(value)])),
    isPaused: true,
  };
}

/** Grafana puts environment variables into labels, but not into annotations. */
export const escaped = (value: string): string => value.replaceAll('$', '$$$$');

/** A Prometheus that does not answer must not resolve what fires, and one alert about it is enough. */
function onError(alert: string, severity: string): 'Alerting' | 'KeepLast' | 'OK' {
  if (SPEAKS_FOR_ALL.includes(alert)) return 'Alerting';
  return severity === 'none' ? 'OK' : 'KeepLast';
}

function query(refId: string, datasourceUid: string, model: object): object {
  return {
    refId,
    relativeTimeRange: { from: 600, to: 0 },
    datasourceUid,
    model: { refId, ...model, intervalMs: 1000, maxDataPoints: 43200 },
  };
}

function annotations({ alert, annotations: written = {} }: AlertRule): Record<string, string> {
  const place = ALERT_PANELS[alert];
  const translated = Object.entries(written)
    .map(([name, template]) => ({ name, ...translate(template) }))
    .filter(({ name, text, lost }) => text !== '' && (NEEDED.includes(name) || !lost));
  return {
    ...Object.fromEntries(translated.map(({ name, text }) => [name, mended(alert, text)])),
    ...(place ? { __dashboardUid__: place.dashboardUid, __panelId__: String(place.panelId) } : {}),
  };
}

function mended(alert: string, text: string): string {
  const [from, to] = MENDED[alert] ?? ['', ''];
  return text.replace(from, to);
}
