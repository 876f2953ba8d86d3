import { defineConfig } from 'vitest/config';

/** Suites about the rules that start no server; `mutations` runs promtool a thousand times. */
const RULES = ['rules', 'conventions', 'queries', 'coverage', 'mutations', 'overview', 'fleet', 'guide'].map(
  (name) => `test/rules/${name}.test.ts`,
);

/** Suites that mostly wait: for a scrape, a group, a browser. Their bounds are seconds, so several run at a time. */
const PATIENT = [
  'test/alertmanager/*.test.ts',
  'test/rules/{evaluation,fleet-files,pushed}.test.ts',
  'test/rules/runbooks.real.test.ts',
  'test/grafana/live.real.test.ts',
  'test/guard/**/*.real.test.ts',
  'test/present/web/*.browser.real.test.ts',
  'test/e2e/{page,push}.test.ts',
];

export default defineConfig({
  test: {
    environment: 'node',
    projects: [
      { test: { name: 'architecture', include: ['test/architecture.test.ts'] } },
      {
        test: {
          name: 'unit',
          // Property tests take seconds on a busy machine.
          testTimeout: 30_000,
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/**/*.real.test.ts',
            'test/e2e/**',
            'test/rules/**',
            'test/alertmanager/**',
            'test/architecture.test.ts',
          ],
        },
      },
      {
        // promtool and nothing else: it waits for nothing, so all processors may work on it.
        test: { name: 'rules', include: RULES, testTimeout: 60_000, hookTimeout: 600_000 },
      },
      {
        test: {
          name: 'patient',
          include: PATIENT,
          maxWorkers: 4,
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        // Real servers: PostgreSQL, a private dockerd, disks. One file at a time, so that timings hold.
        test: {
          name: 'real',
          include: ['test/**/*.real.test.ts', 'test/rules/**/*.test.ts'],
          exclude: ['test/e2e/**', ...RULES, ...PATIENT],
          fileParallelism: false,
          maxConcurrency: 100,
          // Deadlines of a second meet a machine that may pause for one: what fails twice in a row has failed.
          retry: 1,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: PATIENT,
          maxWorkers: 2,
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        // Every loss and all routine work, on the real thing: npm run scenarios.
        test: {
          name: 'scenarios',
          include: ['test/scenarios/**/*.scenarios.ts'],
          // They take turns among themselves.
          maxConcurrency: 100,
          hookTimeout: 300_000,
        },
      },
      {
        // Every fault, for real: npm run faults.
        test: {
          name: 'faults',
          include: ['test/faults/**/*.faults.ts'],
          hookTimeout: 300_000,
        },
      },
      {
        // Pictures of the documents, made anew: npm run pictures.
        test: {
          name: 'pictures',
          include: ['test/pictures/**/*.pictures.ts'],
          hookTimeout: 300_000,
        },
      },
      {
        // Figures of the documents, measured anew: npm run bench. Nothing else should run beside it.
        test: {
          name: 'bench',
          include: ['bench/**/*.bench.ts'],
          fileParallelism: false,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
