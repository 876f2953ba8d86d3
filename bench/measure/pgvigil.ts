import { type Exporter, type ExporterOptions, startExporter } from '../../test/kit/exporter.ts';
import type { Postgres } from '../../test/kit/postgres.ts';
import { waitFor } from '../../test/kit/wait.ts';
import { NAMED, nameOf, WATCHER } from './server-with.ts';

const ALL_EXPECTED_MS = 120_000;
const ALL_SIZES_MS = 180_000;
/** Nineteen parts of twenty the reading of sizes rests: of more databases it takes as long as it takes. */
const SIZES_COME_SOON = 1_000;

export interface WatchAllOptions extends Pick<ExporterOptions, 'through'> {
  /** A Docker engine to watch too; none when absent. */
  readonly dockerHost?: string;
}

/**
 * A pgvigil on one server, all of whose databases it expects; resolves once it has seen every one and, where
 * they are not too many, its size.
 */
export async function watchAll(
  postgres: Postgres,
  databases: number,
  { dockerHost, ...options }: WatchAllOptions = {},
): Promise<Exporter> {
  const expect = Array.from({ length: Math.min(NAMED, databases - 1) }, (_, index) => nameOf(index));
  const exporter = await startExporter(
    {
      servers: [
        {
          name: 'main',
          url: postgres.url('postgres', WATCHER),
          databases: { expect, learn: true, learn_after: '1s' },
        },
      ],
      limits: { databases: 20_000 },
      ...(dockerHost !== undefined && { docker: { host: dockerHost } }),
    },
    { ...options, docker: dockerHost !== undefined },
  );
  const knows = (metric: string, ms: number): Promise<true> =>
    waitFor(
      `pgvigil knows ${metric} of all`,
      ms,
      async () => (await exporter.metrics(`pgvigil_${metric}{`)).length >= databases || undefined,
      1_000,
    );
  try {
    await knows('database_expected', ALL_EXPECTED_MS);
    if (databases <= SIZES_COME_SOON) await knows('database_size_bytes', ALL_SIZES_MS);
    return exporter;
  } catch (error) {
    await exporter.stop();
    throw error;
  }
}
