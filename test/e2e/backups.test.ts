import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exporter, startExporter } from '../kit/exporter.ts';
import { type Namespace, startNamespace } from '../kit/namespace.ts';
import { describeWith } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { waitFor } from '../kit/wait.ts';

const LONG_MS = 60_000;

/** Waits for a line of /metrics with this beginning, and gives its value. */
async function sampleOf(
  exporter: Exporter,
  beginning: string,
  isWanted = (_: number) => true,
): Promise<number> {
  return waitFor(beginning, LONG_MS, async () => {
    const [line] = await exporter.metrics(beginning);
    const value = Number(line?.split(' ').at(-1));
    return line !== undefined && isWanted(value) ? value : undefined;
  });
}

describeWith(['postgres'], 'backups, as a running pgvigil sees them', () => {
  const base = mkdtempSync(join(tmpdir(), 'pgvigil-e2e-backups-'));
  let server: Postgres;
  let exporter: Exporter;
  beforeAll(async () => {
    server = await startPostgres({ version: 15, freshIdentity: true });
    await server.query('CREATE DATABASE shop');
    await server.query('CREATE TABLE orders AS SELECT generate_series(1, 500) AS id', 'shop');
    for (const name of ['own', 'dumps']) mkdirSync(join(base, name));
    exporter = await startExporter({
      servers: [{ name: 'main', url: server.url(), databases: { expect: ['shop'] } }],
      intervals: { backups: '1s' },
      backups: [
        {
          name: 'nightly',
          kind: 'pgvigil',
          directory: join(base, 'own'),
          databases: ['shop'],
          require_mount: false,
        },
        { name: 'dumps', kind: 'files', path: join(base, 'dumps/{datname}-*.dump'), max_age: '1h' },
      ],
    });
  }, 180_000);
  afterAll(async () => {
    await exporter?.stop();
    await server?.dispose();
    rmSync(base, { recursive: true, force: true });
  });

  test('none is known at first, and it is expected', async () => {
    await sampleOf(exporter, 'pgvigil_backup_source_up{source="nightly"', (up) => up === 1);
    await sampleOf(exporter, 'pgvigil_backup_source_up{source="dumps"', (up) => up === 1);
    const expected =
      'pgvigil_backup_max_age_seconds{source="nightly",server="main",datname="shop",location="local"}';
    expect(await sampleOf(exporter, expected)).toBeGreaterThan(0);
    expect(await exporter.metrics('pgvigil_backup_last_success_timestamp_seconds')).toEqual([]);
    const runs = 'pgvigil_backup_runs_total{source="nightly",server="main",datname="shop",result="success"}';
    expect(await sampleOf(exporter, runs)).toBe(0);
    expect(await sampleOf(exporter, 'pgvigil_risk{server="main",risk="no_backup"}')).toBe(1);
  });

  test('one by pgvigil is known with its identity and its proof', async () => {
    expect(await exporter.command('backup', '--source', 'nightly')).toMatchObject({ code: 0 });
    const of = 'source="nightly",server="main",datname="shop"';
    const newest = `pgvigil_backup_last_success_timestamp_seconds{${of},location="local"}`;
    expect(Math.abs((await sampleOf(exporter, newest)) - Date.now() / 1000)).toBeLessThan(120);
    expect(await sampleOf(exporter, `pgvigil_backup_identity_match{${of}}`)).toBe(1);
    expect(
      await sampleOf(exporter, `pgvigil_backup_last_size_bytes{${of},location="local"}`),
    ).toBeGreaterThan(100);
    await sampleOf(exporter, `pgvigil_backup_newest_verified_timestamp_seconds{${of},level="archive"}`);
    await sampleOf(exporter, `pgvigil_backup_runs_total{${of},result="success"}`, (runs) => runs === 1);
    await sampleOf(exporter, 'pgvigil_risk{server="main",risk="no_backup"}', (risk) => risk === 0);
    await sampleOf(exporter, 'pgvigil_risk{server="main",risk="backup_unverified"}', (risk) => risk === 1);
    const status = await exporter.command('status', '--url', exporter.url);
    expect(status.output).toMatch(/main\/shop +nightly, local +ok /);
  });

  test('a file counts once it stands still, and a directory that is gone is not an empty one', async () => {
    writeFileSync(join(base, 'dumps/shop-1.dump'), `PGDMP${'x'.repeat(5_000)}`);
    const of = 'source="dumps",server="main",datname="shop",location="local"';
    await sampleOf(exporter, `pgvigil_backup_last_success_timestamp_seconds{${of}}`);
    expect(await sampleOf(exporter, `pgvigil_backup_last_size_bytes{${of}}`)).toBe(5_005);
    renameSync(join(base, 'dumps'), join(base, 'elsewhere'));
    await sampleOf(exporter, 'pgvigil_backup_source_up{source="dumps"', (up) => up === 0);
    expect(await exporter.metrics(`pgvigil_backup_last_success_timestamp_seconds{${of}}`)).toHaveLength(1);
    expect(await exporter.metrics(`pgvigil_backup_last_size_bytes{${of}}`)).toEqual([]);
    const { backups } = await exporter.report();
    expect(backups.find(({ source }) => source === 'dumps')).toMatchObject({ reason: 'absent' });
    renameSync(join(base, 'elsewhere'), join(base, 'dumps'));
    await sampleOf(exporter, 'pgvigil_backup_source_up{source="dumps"', (up) => up === 1);
  });
});

describeWith(['root', 'mounts'], 'backups on a disk that hangs', () => {
  const base = mkdtempSync(join(tmpdir(), 'pgvigil-e2e-hung-'));
  let space: Namespace;
  let exporter: Exporter;
  beforeAll(async () => {
    space = await startNamespace();
    await space.fuse(join(base, 'hung'), 'hang');
    mkdirSync(join(base, 'well'));
    exporter = await startExporter(
      {
        servers: [{ name: 'main', url: 'postgres://u@127.0.0.1:1/postgres' }],
        intervals: { backups: '1s' },
        backups: [
          { name: 'hung', kind: 'files', path: join(base, 'hung/{datname}.dump') },
          { name: 'well', kind: 'files', path: join(base, 'well/{datname}.dump') },
        ],
      },
      { through: space.through },
    );
  }, 120_000);
  afterAll(async () => {
    await exporter?.stop();
    await space?.stop();
    rmSync(base, { recursive: true, force: true });
  });

  test('that source is stuck, the other one is read, and pgvigil answers and ends', async () => {
    await sampleOf(exporter, 'pgvigil_backup_source_up{source="well"', (up) => up === 1);
    await sampleOf(exporter, 'pgvigil_backup_source_up{source="hung"', (up) => up === 0);
    const { backups } = await exporter.report();
    expect(backups.find(({ source }) => source === 'hung')).toMatchObject({ up: false, reason: 'stuck' });
    const startedAt = performance.now();
    await exporter.stop();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
