import type { Family } from './sheet.ts';

/** The two expositions that Prometheus of every age reads. */
export type MetricsFormat = 'text' | 'openmetrics';

/** The Content-Type of each: Prometheus 3 refuses a scrape without a valid one. */
export const METRICS_CONTENT_TYPES: Readonly<Record<MetricsFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/**
 * Families as an exposition. Written out by hand: prom-client needs 20 ms for 1,000 databases where this takes
 * 1 ms, and it keys series by labels joined without escaping, where `{a="x,b:y"}` and `{a="x",b="y"}` are one.
 */
export function renderMetrics(families: readonly Family[], format: MetricsFormat): string {
  let text = '';
  for (const { name, help, type, samples } of families) {
    // OpenMetrics names the family of a counter without the suffix that its samples have.
    const title = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
    text += `# HELP ${title} ${escapeHelp(help, format)}\n# TYPE ${title} ${type}\n`;
    for (const { metricName = name, labels, value } of samples) {
      text += `${metricName}${labels} ${value}\n`;
    }
  }
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

function escapeHelp(help: string, format: MetricsFormat): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  // Only OpenMetrics escapes the quote here.
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}
