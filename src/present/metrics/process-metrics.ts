import { collectDefaultMetrics, type Gauge, Registry } from 'prom-client';
import type { Log } from '../../model/log.ts';
import { labelText } from './label-text.ts';
import type { Family } from './sheet.ts';

const LEFT_OUT = [
  // Gauges with the name of a counter: promtool rejects them, and the sums say nothing new.
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  // 292 years while nothing has been measured yet.
  'nodejs_eventloop_lag_min_seconds',
];

/** Reads `process_*` and `nodejs_*` of this process; never throws, leaves out what could not be read. */
export type ProcessMetrics = () => Promise<readonly Family[]>;

/** Between two samples of how late the event loop is. Each wakes the process up; prom-client takes one every 10 ms. */
const LAG_SAMPLE_MS = 100;
/** What is made of those samples. */
const LAG_OF_SAMPLES = /^nodejs_eventloop_lag_(mean|max|p\d+)_seconds$/;

/** Starts to measure this process. Observers of the runtime stay on until it ends, so make one of these. */
export function createProcessMetrics(log: Log): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_SAMPLE_MS });
  for (const name of LEFT_OUT) registry.removeSingleMetric(name);
  return async () => (await readRegistry(registry, log)).map(withoutInterval);
}

/** Node.js counts the time between two samples as a part of the lag (nodejs/node#56064). */
function withoutInterval(family: Family): Family {
  if (!LAG_OF_SAMPLES.test(family.name)) return family;
  return { ...family, values: family.values.map((value) => Math.max(0, value - LAG_SAMPLE_MS / 1000)) };
}

/** Every metric by itself: where prom-client renders a registry, one that fails takes all others with it. */
export async function readRegistry(registry: Registry, log: Log): Promise<readonly Family[]> {
  const metrics = registry.getMetricsAsArray() as unknown as readonly Gauge[];
  const read = await Promise.allSettled(metrics.map(async (metric) => toFamily(await metric.get())));
  return read.flatMap((result) => {
    if (result.status === 'fulfilled') return result.value.values.length > 0 ? [result.value] : [];
    log.warn({ err: result.reason }, 'A metric of the process itself could not be read and is left out.');
    return [];
  });
}

function toFamily(metric: Awaited<ReturnType<Gauge['get']>>): Family {
  const { name, help } = metric;
  // The types of prom-client call the type of a metric a number, and leave out the names of buckets.
  const type = metric.type as unknown as Family['type'];
  const samples = (metric.values as readonly MetricValue[]).filter(({ value }) => Number.isFinite(value));
  return {
    name,
    help,
    type,
    labels: samples.map(({ labels }) => labelText(Object.keys(labels), labels)),
    values: samples.map(({ value }) => value),
    sampleNames: samples.map(({ metricName }) => metricName ?? name),
  };
}

interface MetricValue {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}
