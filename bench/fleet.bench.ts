import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makeWorkspace, ROOT } from '../test/kit/bundle.ts';
import { startFleet } from '../test/kit/fleet.ts';
import { type Prometheus, startPrometheus } from '../test/kit/prometheus.ts';
import { waitFor } from '../test/kit/wait.ts';

/** A chunk holds 120 samples: the head has to live for longer than that before its size says anything. */
const MINUTES = 17;
const HOSTS = 40;
const DATABASES = 10;

const NUMBERS: Readonly<Record<string, string>> = {
  'series per host, with those of the scrape itself': 'count({job="pgvigil"}) / count(up{job="pgvigil"})',
  'series in memory': 'prometheus_tsdb_head_series',
  'samples a second': 'rate(prometheus_tsdb_head_samples_appended_total[5m])',
  'bytes per sample':
    'prometheus_tsdb_compaction_chunk_size_bytes_sum / prometheus_tsdb_compaction_chunk_samples_sum',
  'samples per chunk':
    'prometheus_tsdb_compaction_chunk_samples_sum / prometheus_tsdb_compaction_chunk_samples_count',
  'memory of Prometheus, MiB': 'process_resident_memory_bytes{job="prometheus"} / 2^20',
  'processor time of Prometheus, cores': 'rate(process_cpu_seconds_total{job="prometheus"}[10m])',
  'duration of a scrape, s, mean': 'avg(avg_over_time(scrape_duration_seconds{job="pgvigil"}[5m]))',
  'all rule groups, s, sum of means': `sum(rate(prometheus_rule_group_duration_seconds_sum[5m])
    / rate(prometheus_rule_group_duration_seconds_count[5m]))`,
  'all groups, s, sum of the medians of the last ones':
    'sum(quantile_over_time(0.5, prometheus_rule_group_last_duration_seconds[10m]))',
};

/** The numbers of docs/scale.md. Prometheus writes its first block early, by a flag of its own developers. */
test('a fleet in one Prometheus', { timeout: (MINUTES + 3) * 60_000 }, async () => {
  const workspace = await makeWorkspace('bench');
  const fleet = await startFleet(
    HOSTS,
    Array.from({ length: DATABASES }, (_, index) => `shop_${index}`),
  );
  const targets = fleet.hosts.map(({ host, address }) => ({ targets: [address], labels: { host } }));
  const prometheus = await startPrometheus({
    configFile: join(ROOT, 'prometheus/fleet/file-sd.yml'),
    discovery: await workspace.write('hosts.yml', stringify(targets)),
    flags: ['--storage.tsdb.min-block-duration=10m', '--storage.tsdb.max-block-duration=10m'],
  });
  try {
    await sleep(MINUTES * 60_000);
    const lines = await numbers(prometheus);
    process.stdout.write(`\n${HOSTS} hosts with ${DATABASES} databases each\n${lines.join('\n')}\n`);
    expect(lines.filter((line) => line.endsWith('none'))).toEqual([]);
  } finally {
    await prometheus.stop();
    await fleet.stop();
    await workspace.remove();
  }
});

async function numbers(prometheus: Prometheus): Promise<string[]> {
  // What took so long to measure is not given up for a machine that is busy for a moment.
  const query: Prometheus['query'] = (expr) =>
    waitFor('an answer', 120_000, async () => await prometheus.query(expr));
  const lines: string[] = [];
  for (const [what, expr] of Object.entries(NUMBERS)) {
    lines.push(`${what}: ${(await query(expr))[0]?.value ?? 'none'}`);
  }
  const groups = await query('quantile_over_time(0.5, prometheus_rule_group_last_duration_seconds[10m])');
  for (const { labels, value } of groups) {
    lines.push(`${labels['rule_group']?.split(';')[1]}, ms, median: ${(value * 1000).toFixed(1)}`);
  }
  return lines;
}
