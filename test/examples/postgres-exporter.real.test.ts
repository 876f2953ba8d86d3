import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { startPeer } from '../../bench/page/peer.ts';
import { ROOT } from '../kit/bundle.ts';
import { startExporter } from '../kit/exporter.ts';
import { describeWith, program } from '../kit/needs.ts';
import { startPostgres } from '../kit/postgres.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { waitFor } from '../kit/wait.ts';

const DOCUMENT = readFileSync(join(ROOT, 'docs/postgres-exporter.md'), 'utf8');
const QUERIES = [...DOCUMENT.matchAll(/```promql\n([\s\S]*?)```/g)].map(([, query = '']) => query);
/** The one that finds something only while the server is frozen. */
const FROZEN = QUERIES.filter((query) => query.includes('pg_up'));
const SCRAPE = readFileSync(join(ROOT, 'examples/postgres-exporter/scrape.yml'), 'utf8');

describeWith(['postgres15', 'prometheus', 'postgres-exporter'], 'pgvigil beside postgres_exporter', () => {
  const undo: (() => Promise<unknown> | unknown)[] = [];
  let prometheus: Prometheus;
  let postmaster: number;

  beforeAll(async () => {
    const postgres = await startPostgres({ version: 15 });
    undo.push(() => postgres.dispose());
    postmaster = Number(readFileSync(join(postgres.dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    await postgres.query('CREATE DATABASE simfab_dev');
    const exporter = await startExporter({
      servers: [
        { name: 'main', url: postgres.url('postgres'), databases: { expect: ['simfab_dev'], learn: false } },
      ],
    });
    undo.push(() => exporter.stop());
    const peer = await startPeer(postgres.url('postgres'));
    undo.push(() => peer.stop());
    prometheus = await startPrometheus({
      targets: [exporter.address],
      change: (text) => withJob(text, peer.address),
    });
    undo.push(() => prometheus.stop());
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  });

  const finds = async (query: string) => {
    const samples = await prometheus.query(query.replace('offset 1d', 'offset 5s'));
    return samples.length > 0 ? samples : undefined;
  };

  test.each(QUERIES.filter((query) => !FROZEN.includes(query)))('finds what it says: %s', async (query) => {
    const samples = await waitFor(query, 40_000, () => finds(query), 500);
    for (const { labels } of samples) expect(labels['server']).toBe('main');
    if (query.includes('datname')) {
      const databases = samples.map(({ labels }) => labels['datname']);
      expect(databases).toContain('simfab_dev');
    }
  });

  test('a frozen server is up for the one and not for the other', { timeout: 90_000 }, async () => {
    const [query = ''] = FROZEN;
    expect(FROZEN).toHaveLength(1);
    expect(await finds(query)).toBeUndefined();
    process.kill(postmaster, 'SIGSTOP');
    try {
      const samples = await waitFor(query, 60_000, () => finds(query), 500);
      expect(samples).toMatchObject([{ labels: { server: 'main' } }]);
    } finally {
      process.kill(postmaster, 'SIGCONT');
    }
  });
});

describeWith(['docker-compose'], 'examples/postgres-exporter', () => {
  test('is a compose file that fits the shipped one', () => {
    const files = ['docker-compose.monitoring.yml', 'examples/postgres-exporter/docker-compose.yml'];
    const arguments_ = [...files.flatMap((file) => ['-f', file]), 'config'];
    const { status, stdout, stderr } = spawnSync(program('docker-compose'), arguments_, {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(status, stderr).toBe(0);
    const { services } = parse(stdout) as { services: Record<string, { networks: object }> };
    expect(Object.keys(services)).toContain('pgvigil');
    expect(Object.keys(services['postgres-exporter']?.networks ?? {})).toEqual(['database', 'monitoring']);
  });
});

/** The entry of the example, scraped every second, at that address. */
function withJob(text: string, address: string): string {
  const file = parse(text) as { scrape_configs: Record<string, unknown>[] };
  const [job] = parse(SCRAPE) as [{ static_configs: [{ labels: object }] }];
  file.scrape_configs.push({
    ...job,
    scrape_interval: '1s',
    scrape_timeout: '1s',
    static_configs: [{ ...job.static_configs[0], targets: [address] }],
  });
  return stringify(file);
}
