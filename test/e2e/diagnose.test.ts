import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ensureBuilt } from '../kit/build.ts';
import { type Exporter, MAIN, startExporter } from '../kit/exporter.ts';
import { describeWith } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { run } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';

describeWith(['postgres'], 'diagnose', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-diagnose-'));
  let server: Postgres;
  let exporter: Exporter | undefined;

  beforeAll(async () => {
    await ensureBuilt();
    server = await startPostgres({ version: 18 });
    await server.query('CREATE DATABASE simfab_dev');
  });
  afterAll(async () => {
    await exporter?.stop();
    await server?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Runs the command on a configuration of its own, without a running server. */
  const diagnose = (config: object, ...args: readonly string[]) => {
    const file = join(directory, 'pgvigil.yml');
    writeFileSync(
      file,
      stringify({ docker: false, state: { directory: join(directory, 'state') }, ...config }),
    );
    const command = { command: process.execPath, args: [MAIN, 'diagnose', '--config', file, ...args] };
    return run({ ...command, env: { PATH: process.env['PATH'] } });
  };
  const watching = (url: string): object => ({
    servers: [{ name: 'main', url, databases: { expect: ['simfab_dev'] } }],
  });

  test('says that all is well, answers the five questions, and ends with 0', async () => {
    const result = await diagnose(watching(server.url('postgres')));
    expect(result.output).toContain('All is well');
    for (const question of [
      'Was Docker restarted?',
      'Is the volume still there?',
      'Is there disk space?',
      'Is a removal logged?',
      'Was there a reboot or an update?',
    ])
      expect(result.output).toContain(question);
    expect(result.code).toBe(0);
  });

  test('says why a database is gone, from what a pgvigil remembered, and ends with 1', async () => {
    exporter = await startExporter(watching(server.url('postgres')));
    const live = exporter;
    await waitFor('it is seen', 10_000, async () => {
      const { servers } = await live.report();
      return (
        servers[0]?.databases.some(
          ({ datname, presence }) => datname === 'simfab_dev' && presence === 'present',
        ) || undefined
      );
    });
    live.running().signal('SIGTERM');
    await live.running().exited;
    await server.query('DROP DATABASE simfab_dev');
    const result = await live.command('diagnose');
    expect(result.output).toContain('database_dropped');
    expect(result.code).toBe(1);
    const json = await live.command('diagnose', '--json');
    const found = JSON.parse(json.output) as {
      report: { incidents: { kind: string; cause: string; confidence: string }[] };
    };
    expect(found.report.incidents).toMatchObject([
      { kind: 'database_missing', cause: 'database_dropped', confidence: 'inferred' },
    ]);
    await server.query('CREATE DATABASE simfab_dev');
  });

  test('is blind, not wrong, where nobody lets it in, and ends with 2', async () => {
    const result = await diagnose(watching(`postgres://nobody_here@${server.url('postgres').split('@')[1]}`));
    expect(result.output).not.toContain('database_missing');
    expect(result.output).toContain('access_lost');
    expect(result.code).toBe(2);
  });

  test('wrong usage ends with 3', async () => {
    expect(await diagnose(watching(server.url('postgres')), '--no-such-flag')).toMatchObject({ code: 3 });
  });
});
