import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { DATABASES, startServer } from '../test/faults/harness/server.ts';
import { type Exporter, startExporter } from '../test/kit/exporter.ts';
import { describeWith } from '../test/kit/needs.ts';
import { waitFor } from '../test/kit/wait.ts';
import { figure } from './measure/numbers.ts';
import { createLoads, markdown, publish } from './measure/publish.ts';
import { TROUBLES } from './soak/losses.ts';
import { courseOf, QUANTITIES, type Sample, sampleOf } from './soak/sample.ts';
import { startSink } from './soak/sink.ts';

/** BENCH_MINUTES=30 npm run bench -- soak */
const MINUTES = Number(process.env['BENCH_MINUTES'] ?? 60);
const OVERHEAD_MS = 600_000;
const SAMPLE_MS = 10_000;
const LEARNED = 20;
/** Longer than every grace, on a machine that is busy too. */
const CALM_MS = 180_000;

/** Losses and faults at random for an hour: what pgvigil holds has to stay as it is. */
describeWith(['postgres'], 'soak', () => {
  const loads = createLoads();
  const samples: Sample[] = [];
  const happened = new Map<string, number>();

  test('stays flat', { timeout: OVERHEAD_MS + MINUTES * 60_000, retry: 0 }, async () => {
    const undo: (() => Promise<unknown> | unknown)[] = [];
    try {
      const sink = await startSink();
      undo.push(() => sink.stop());
      const server = await startServer();
      undo.push(() => server.postgres.dispose(), server.clear);
      for (let index = 0; index < LEARNED; index += 1)
        await server.postgres.query(`CREATE DATABASE learned_${index}`);
      const databases = { expect: [...DATABASES], learn: true, learn_after: '1s', ignore: ['^other$'] };
      const exporter = await startExporter({
        servers: [{ ...server.entry, databases }],
        alertmanager: { urls: [sink.url] },
        timeouts: { connect: '2s', query: '2s' },
      });
      undo.push(() => exporter.stop());
      const startedAt = performance.now();
      const minute = (): number => (performance.now() - startedAt) / 60_000;
      const sampling = sample(exporter, minute);
      undo.push(sampling);
      while (minute() < MINUTES) {
        const trouble = TROUBLES[Math.floor(Math.random() * TROUBLES.length)];
        if (trouble === undefined) continue;
        await trouble.happen({ server, exporter, sink });
        await calm(exporter);
        happened.set(trouble.name, (happened.get(trouble.name) ?? 0) + 1);
        await sleep(1_000 + Math.random() * 9_000);
      }
      expect(exporter.running().isRunning()).toBe(true);
      expect(samples.length).toBeGreaterThan(MINUTES);
    } finally {
      for (const step of undo.reverse()) await step();
    }
  });

  function sample(exporter: Exporter, minute: () => number): () => Promise<void> {
    const stopping = new AbortController();
    const loop = (async () => {
      while (!stopping.signal.aborted) {
        samples.push(await sampleOf(exporter, minute()));
        if (samples.length % 30 === 0) loads.note();
        await sleep(SAMPLE_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    })();
    loop.catch(() => {});
    return async () => {
      stopping.abort();
      await loop;
    };
  }

  afterAll(() => {
    if (samples.length === 0) return;
    const courses = QUANTITIES.map(({ key, name }) => courseOf(samples, key, name));
    const table = markdown(
      ['what', 'first quarter', 'last quarter', 'most', 'per hour'],
      courses.map(({ name, first, last, most, perHour }) => [
        name,
        figure(first),
        figure(last),
        figure(most),
        `${perHour < 0 ? '−' : '+'}${figure(Math.abs(perHour), 2)}`,
      ]),
    );
    const did = [...happened].map(([name, times]) => [name, String(times)]);
    const line = (key: (typeof QUANTITIES)[number]['key'], name: string) => ({
      name,
      points: samples.map((one) => [one.minute, one[key]] as const),
    });
    publish('soak', {
      tables: [table, markdown(['what happened', 'times'], did)],
      loads,
      data: { minutes: MINUTES, happened: Object.fromEntries(happened), courses, samples },
      plots: {
        soak: {
          title: `Memory over ${Math.round(samples.at(-1)?.minute ?? 0)} minutes of losses and faults`,
          x: { label: 'minutes' },
          y: { label: 'MiB' },
          lines: [line('rss', 'RSS'), line('pss', 'PSS'), line('heap', 'heap in use')],
        },
      },
    });
  });
});

/** Waits until nothing is open, and says of what has to be accepted that it was intended, as a person would. */
async function calm(exporter: Exporter): Promise<void> {
  await waitFor(
    'nothing is open',
    CALM_MS,
    async () => {
      const { servers, incidents } = await exporter.report();
      for (const { id, needsAcceptance } of incidents)
        if (needsAcceptance) await exporter.command('accept', id, '--reason', 'a benchmark');
      const present = servers[0]?.databases.filter(({ presence }) => presence === 'present') ?? [];
      return (servers[0]?.up && incidents.length === 0 && present.length > LEARNED) || undefined;
    },
    1_000,
  );
}
