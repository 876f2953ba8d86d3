/** What is known about a metric before any value is: its name is the key of the record it stands in. */
export interface MetricSpec {
  readonly type: 'gauge' | 'counter';
  /** One or two sentences; HELP of the exposition and the text of docs/metrics.md. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Labels that are sentences for people: not cut to the length of a name, and with lines. */
  readonly texts?: readonly string[];
}
