import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createProcessMetrics, readRegistry } from '../../../src/present/metrics/process-metrics.ts';
import { renderMetrics } from '../../../src/present/metrics/render.ts';

import { recordingLog } from '../../kit/web.ts';

const renderText = (...given: Parameters<typeof renderMetrics>): string => renderMetrics(...given).toString();

describe('the metrics of the process', () => {
  test('are there in both formats, without a gauge that is named like a counter', async () => {
    const families = await createProcessMetrics(recordingLog())();
    expect(families.map((family) => family.name)).toEqual(
      expect.arrayContaining([
        'process_cpu_seconds_total',
        'process_resident_memory_bytes',
        'nodejs_version_info',
      ]),
    );
    expect(families.filter((family) => family.type !== 'counter' && family.name.endsWith('_total'))).toEqual(
      [],
    );
    expect(renderText(families, 'text')).toMatch(/^process_resident_memory_bytes \d+$/m);
    const openMetrics = renderText(families, 'openmetrics');
    expect(openMetrics).toContain('# TYPE process_cpu_seconds counter\n');
    expect(openMetrics).toMatch(/^process_cpu_seconds_total [\d.]+$/m);
  });

  test('tell how late the event loop is, without the time between two samples', async () => {
    const read = createProcessMetrics(recordingLog());
    await sleep(600);
    const until = performance.now() + 400;
    while (performance.now() < until);
    await sleep(200);
    const families = await read();
    const lag = (figure: string): number =>
      families.find(({ name }) => name === `nodejs_eventloop_lag_${figure}_seconds`)?.values[0] ?? Number.NaN;
    expect(lag('p50')).toBeLessThan(0.09);
    expect(lag('max')).toBeGreaterThan(0.2);
  });

  test('keep the buckets of a histogram', async () => {
    const registry = new Registry();
    new Histogram({
      name: 'x_seconds',
      help: 'x',
      buckets: [1],
      labelNames: ['kind'],
      registers: [registry],
    }).observe({ kind: 'a' }, 0.5);
    expect(renderText(await readRegistry(registry, recordingLog()), 'text')).toBe(await registry.metrics());
  });

  test('lose one that fails and keep the others', async () => {
    const registry = new Registry();
    const broken = (): void => {
      throw new Error('no /proc here');
    };
    new Gauge({ name: 'broken', help: 'x', registers: [registry], collect: broken });
    new Counter({ name: 'fine_total', help: 'x', registers: [registry] }).inc(2);
    const log = recordingLog();
    const families = await readRegistry(registry, log);
    expect(families.map((family) => [family.name, family.values[0]])).toEqual([['fine_total', 2]]);
    expect(log.lines).toHaveLength(1);
  });
});
