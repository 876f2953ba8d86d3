import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    projects: [
      { test: { name: 'architecture', include: ['test/architecture.test.ts'] } },
      {
        test: {
          name: 'unit',
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
        // Real servers: PostgreSQL, a private dockerd, disks. One file at a time, so that timings hold.
        test: {
          name: 'real',
          include: ['test/**/*.real.test.ts', 'test/rules/**/*.test.ts', 'test/alertmanager/**/*.test.ts'],
          exclude: ['test/e2e/**'],
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
          fileParallelism: false,
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
    ],
  },
});
