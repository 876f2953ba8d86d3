import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../test/kit/bundle.ts';
import { describeWith } from '../test/kit/needs.ts';
import { downWithVolumes } from './page/down.ts';
import { dropDatabases } from './page/drop.ts';
import { type Series, tableOf } from './page/figures.ts';

/** BENCH_RUNS=3 npm run bench -- time-to-page */
const RUNS = Number(process.env['BENCH_RUNS'] ?? 20);
const MS_PER_RUN = 150_000;
const SETUP_MS = 300_000;

/**
 * How long a loss takes to become a delivered page, with the shipped prometheus.yml, rules and alertmanager.yml, and
 * with postgres_exporter beside it. The numbers of docs/performance.md.
 */
describeWith(
  [
    'root',
    'dockerd',
    'docker-compose',
    'debootstrap',
    'postgres',
    'prometheus',
    'alertmanager',
    'postgres-exporter',
  ],
  'time to page',
  () => {
    const all: Series[] = [];
    const loads: number[] = [];
    const note = (): number => loads.push(loadavg()[0] ?? 0);

    test('DROP DATABASE', { timeout: SETUP_MS + RUNS * MS_PER_RUN }, async () => {
      note();
      all.push(...(await dropDatabases(RUNS)));
      note();
      expect(all.map(({ tookMs }) => tookMs.length)).toEqual(all.map(() => RUNS));
    });

    test('docker-compose down -v', { timeout: SETUP_MS + RUNS * MS_PER_RUN }, async () => {
      const series = await downWithVolumes(RUNS);
      all.push(...series);
      note();
      expect(series.map(({ tookMs }) => tookMs.length)).toEqual(series.map(() => RUNS));
    });

    afterAll(() => {
      const machine = { processors: cpus().length, loads };
      const file = join(ROOT, 'test-output/time-to-page.json');
      mkdirSync(join(ROOT, 'test-output'), { recursive: true });
      writeFileSync(file, `${JSON.stringify({ machine, series: all }, null, 2)}\n`);
      process.stdout.write(`\n${tableOf(all)}\n\nseconds; ${JSON.stringify(machine)}; every run: ${file}\n`);
    });
  },
);
