import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Exporter, MAIN, startExporter } from '../kit/exporter.ts';
import { describeWith } from '../kit/needs.ts';
import { freePort } from '../kit/ports.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { run, start } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';

const CANARY = 'C4n4ry-secret';

describeWith(['postgres'], 'the process', () => {
  let server: Postgres;
  let exporter: Exporter | undefined;
  const state = mkdtempSync(join(tmpdir(), 'pgvigil-e2e-state-'));

  beforeAll(async () => {
    server = await startPostgres({ version: 18 });
    await server.query('CREATE DATABASE simfab_dev');
  });
  afterEach(async () => {
    await exporter?.stop();
    exporter = undefined;
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(state, { recursive: true, force: true });
  });

  const servers = (): object[] => [
    { name: 'main', url: server.url('postgres'), databases: { expect: ['simfab_dev'] } },
  ];
  const pgvigil = (args: readonly string[], env: Record<string, string> = {}) =>
    run({ command: process.execPath, args: [MAIN, ...args], env: { PATH: process.env['PATH'], ...env } });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with 0 within 2 s', async (signal) => {
    exporter = await startExporter({ servers: servers() });
    const asked = Date.now();
    exporter.running().signal(signal);
    expect(await exporter.running().exited).toEqual({ code: 0, signal: null });
    expect(Date.now() - asked).toBeLessThan(2000);
  });

  test('SIGHUP takes a good configuration over and keeps the last good one instead of a bad one', async () => {
    exporter = await startExporter({ servers: servers() });
    const live = exporter;
    await live.configure({
      servers: [
        { name: 'main', url: server.url('postgres'), databases: { expect: ['simfab_dev', 'not_there'] } },
      ],
    });
    live.running().signal('SIGHUP');
    await waitFor('the new database is expected', 5000, async () => {
      const lines = await live.metrics('pgvigil_database_present{server="main",datname="not_there"} 0');
      return lines.length === 1 || undefined;
    });
    await live.configure({ servers: [{ name: 'main', url: 'http://wrong', databases: { expect: [] } }] });
    live.running().signal('SIGHUP');
    await waitFor('the reload has failed', 5000, async () => {
      const [line] = await live.metrics('pgvigil_config_last_reload_successful');
      return line === 'pgvigil_config_last_reload_successful 0' || undefined;
    });
    expect(await live.metrics('pgvigil_database_present{server="main",datname="simfab_dev"}')).toEqual([
      'pgvigil_database_present{server="main",datname="simfab_dev"} 1',
    ]);
  });

  test('a second pgvigil on the same state directory is refused, and the first one goes on', async () => {
    exporter = await startExporter({ servers: servers() });
    const live = exporter;
    await waitFor(
      'the control socket is there',
      5000,
      () => existsSync(join(live.stateDirectory, 'pgvigil.sock')) || undefined,
    );
    const second = await live.command('serve', '--web.listen-address', `127.0.0.1:${await freePort()}`);
    expect(second.code).toBe(1);
    expect(second.output).toContain(`another pgvigil runs on ${live.stateDirectory}`);
    expect(await live.metrics('pgvigil_server_up')).toEqual(['pgvigil_server_up{server="main"} 1']);
  });

  test('a port in use is one clear line', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const result = await pgvigil(['serve', '--web.listen-address', `127.0.0.1:${port}`], {
      PGVIGIL_URL: server.url('postgres'),
      PGVIGIL_STATE_DIRECTORY: join(state, 'port'),
    });
    taken.close();
    expect(result.code).toBe(1);
    expect(result.output).toContain(String(port));
    expect(result.output).not.toMatch(/\n\s+at /);
  });

  test('the environment alone is enough', async () => {
    const port = await freePort();
    const running = await start({
      command: process.execPath,
      args: [MAIN, 'serve', '--web.listen-address', `127.0.0.1:${port}`],
      env: {
        PATH: process.env['PATH'],
        PGVIGIL_URL: server.url('simfab_dev'),
        PGVIGIL_STATE_DIRECTORY: join(state, 'environment'),
      },
    });
    try {
      await waitFor('simfab_dev is present', 10_000, async () => {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        return text.includes('pgvigil_database_present{server="main",datname="simfab_dev"} 1') || undefined;
      });
    } finally {
      await running.stop();
    }
  });

  test('a state directory that cannot be written is said and survived', async () => {
    const port = await freePort();
    const running = await start({
      command: process.execPath,
      args: [MAIN, 'serve', '--web.listen-address', `127.0.0.1:${port}`],
      env: {
        PATH: process.env['PATH'],
        PGVIGIL_URL: server.url('postgres'),
        PGVIGIL_STATE_DIRECTORY: '/proc/nowhere',
      },
    });
    try {
      const text = await waitFor('it says that its state is not durable', 15_000, async () => {
        const body = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        const looked = body.includes('pgvigil_server_up{');
        return looked && body.includes('pgvigil_state_durable 0') ? body : undefined;
      });
      expect(text).toContain('pgvigil_server_up{server="main"} 1');
    } finally {
      await running.stop();
    }
  });

  test('no command prints a password, whatever is wrong with the configuration', async () => {
    const urls = [
      `postgres://u:${CANARY}@127.0.0.1:1/db`,
      `http://u:${CANARY}@h/db`,
      `postgres://u:${CANARY}@h:notaport/db`,
      `${CANARY}`,
    ];
    for (const url of urls) {
      const { output } = await pgvigil(['check-config'], { PGVIGIL_URL: url });
      expect(output).not.toContain(CANARY);
    }
  });

  test('a demo that cannot listen leaves nothing behind', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('pgvigil-demo-'));
    const result = await pgvigil(['demo', '--web.listen-address', `127.0.0.1:${port}`]);
    taken.close();
    expect(result.code).toBe(1);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('pgvigil-demo-'))).toEqual(before);
  });

  test('wrong usage is exit code 3, a wrong configuration is 2', async () => {
    expect(await pgvigil(['no-such-command'])).toMatchObject({ code: 3 });
    expect(await pgvigil(['serve', '--no-such-flag'])).toMatchObject({ code: 3 });
    expect(await pgvigil(['check-config'], { PGVIGIL_URL: 'mysql://h/db' })).toMatchObject({ code: 2 });
    expect(await pgvigil(['--help'])).toMatchObject({ code: 0 });
  });

  test('the demo starts a server, watches its database and notices when it is lost', async () => {
    const port = await freePort();
    const demo = await start({
      command: process.execPath,
      args: [MAIN, 'demo', '--web.listen-address', `127.0.0.1:${port}`],
      env: { PATH: process.env['PATH'] },
    });
    try {
      const directory = await waitFor(
        'the demo is up',
        60_000,
        () => /--drop (\S+)/.exec(demo.output())?.[1],
      );
      const present = 'pgvigil_database_present{server="demo",datname="simfab_dev"}';
      const becomes = (value: number): Promise<number> => {
        const from = Date.now();
        return waitFor(`simfab_dev becomes ${value}`, 10_000, async () => {
          const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
          return text.includes(`${present} ${value}\n`) ? Date.now() - from : undefined;
        });
      };
      await becomes(1);
      expect(await pgvigil(['demo', '--drop', directory])).toMatchObject({ code: 0 });
      expect(await becomes(0)).toBeLessThan(2000);
      demo.signal('SIGINT');
      expect(await demo.exited).toMatchObject({ code: 0 });
      await expect(import('node:fs/promises').then(({ stat }) => stat(directory))).rejects.toThrow('ENOENT');
    } finally {
      await demo.stop();
    }
  });
});
