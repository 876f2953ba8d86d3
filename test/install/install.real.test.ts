import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ROOT } from '../kit/bundle.ts';
import { describeWith, program } from '../kit/needs.ts';
import { freePort } from '../kit/ports.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { type Running, run, start } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';
import { installGlobally, must, openDirectory, type Packed, pack } from './npm.ts';

const VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version as string;
const UNIT = join(ROOT, 'packaging/pgvigil.service');
/** Nobody on this machine. */
const UID = 64_999;
/** The exposure that `systemd-analyze security` may find, in tenths: 1.4 when it was written. */
const EXPOSURE = '15';

/** What documents name and what only a checkout has, and why that is enough. */
const IN_THE_REPOSITORY: Readonly<Record<string, string>> = {
  'docker-compose.monitoring.yml': 'builds the image from the source',
  Dockerfile: 'the same',
  'examples/simfab': 'an application to try things with',
  'grafana/src': 'what the dashboards are made of',
  'grafana/src/limits.ts': 'the same',
  'test/golden/alertmanager': 'what the tests say of the routes',
  'test/golden/alertmanager/inhibition.txt': 'the same',
};

describeWith(['systemd-analyze', 'postgres15', 'terminal'], 'installed from nothing', () => {
  const place = openDirectory();
  let packed: Packed;
  let pgvigil: string;
  let server: Postgres;
  beforeAll(async () => {
    packed = await pack(place);
    pgvigil = await installGlobally(packed, place);
    server = await startPostgres({
      version: 15,
      hba: ['host all postgres 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256'],
    });
    await server.query(`CREATE DATABASE simfab_dev; `);
    await server.query(`CREATE ROLE pgvigil LOGIN PASSWORD 'C4n4ry'`);
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(place, { recursive: true, force: true });
  });

  describe('by npm', () => {
    const env = (): Record<string, string | undefined> => ({
      PATH: `${join(place, 'bin')}:${process.env['PATH']}`,
      HOME: place,
      PGVIGIL_URL: server.url('simfab_dev', 'postgres'),
      PGVIGIL_STATE_DIRECTORY: join(place, 'state'),
    });

    test('the package holds the program and what documents name, and nothing to build or test it with', () => {
      const paths = packed.files.map(({ path }) => path);
      expect(
        paths.filter((path) => /^(test|src|bench|scripts|node_modules)\/|\.test\.|\.env$/.test(path)),
      ).toEqual([]);
      expect(packed.files.find(({ path }) => path === 'dist/main.js')?.mode).toBe(0o755);
      const holds = (path: string): boolean =>
        paths.some((one) => one === path || one.startsWith(`${path}/`));
      for (const path of [
        'LICENSE',
        'README.md',
        'man/pgvigil.1',
        'packaging/pgvigil.service',
        'postgres/role.sql',
      ])
        expect(holds(path), path).toBe(true);
      const missing = paths
        .filter((path) => path.startsWith('docs/') && path.endsWith('.md'))
        .flatMap((path) =>
          [...readFileSync(join(ROOT, path), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(
            ([, link]) => normalize(join(dirname(path), link ?? '')).replace(/\/$/, ''),
          ),
        )
        .filter((path) => !holds(path) && !(path in IN_THE_REPOSITORY));
      expect([...new Set(missing)]).toEqual([]);
    });

    test('the program is on the path, with its manual page', async () => {
      expect(await run({ command: pgvigil, args: ['--version'], env: env() })).toMatchObject({
        code: 0,
        output: `${VERSION}\n`,
      });
      const { output } = await run({
        command: program('man'),
        args: ['--path', 'pgvigil'],
        env: { PATH: process.env['PATH'], MANPATH: join(place, 'share/man') },
      });
      expect(output.trim()).toBe(join(place, 'lib/node_modules/pgvigil/man/pgvigil.1'));
    });

    test('init writes a configuration that check-config takes', async () => {
      const directory = join(place, 'first');
      const made = await run({
        command: pgvigil,
        args: ['init', '--yes', '--directory', directory],
        env: env(),
      });
      expect(made, made.output).toMatchObject({ code: 0 });
      expect(made.output).toContain('       pgvigil check-config');
      const config = ['--config', join(directory, 'pgvigil.yml')];
      const checked = await run({
        command: pgvigil,
        args: ['check-config', ...config],
        env: { PATH: process.env['PATH'] },
      });
      expect(checked, checked.output).toMatchObject({ code: 0 });
      expect(checked.output).toContain('- simfab_dev');
    });
  });

  describe('the unit of systemd', () => {
    test('is one that systemd reads without a word', async () => {
      const args = ['verify', '--man=no', UNIT];
      const { code, output } = await run({ command: program('systemd-analyze'), args });
      expect({ code, ours: output.split('\n').filter((line) => line.includes('pgvigil')) }).toEqual({
        code: 0,
        ours: [],
      });
    });

    test('exposes little', async () => {
      const args = ['security', '--offline=true', '--no-pager', `--threshold=${EXPOSURE}`, UNIT];
      const { code, output } = await run({ command: program('systemd-analyze'), args });
      expect(code, output.split('\n').at(-2)).toBe(0);
    });

    test('is what the documents say', () => {
      const unit = readFileSync(UNIT, 'utf8');
      const guide = readFileSync(join(ROOT, 'docs/install.md'), 'utf8');
      const credential = '/run/credentials/pgvigil.service/postgres';
      for (const text of [unit, guide]) expect(text).toContain(credential);
      expect(unit).toContain('\nLoadCredential=postgres:/etc/pgvigil/secrets/pgvigil/postgres\n');
    });

    describe('within its restrictions', () => {
      const config = join(place, 'pgvigil.yml');
      const state = join(place, 'within');
      let serving: Running | undefined;
      let address = '';
      beforeAll(async () => {
        address = `127.0.0.1:${await freePort()}`;
        mkdirSync(state);
        chownSync(state, UID, UID);
        chmodSync(state, 0o700);
        // As LoadCredential leaves it.
        const credential = join(place, 'credential');
        writeFileSync(credential, 'C4n4ry\n', { mode: 0o400 });
        chownSync(credential, UID, UID);
        writeConfig(['simfab_dev']);
        serving = await start({
          command: program('python3'),
          args: [
            join(import.meta.dirname, 'fence.py'),
            UNIT,
            state,
            String(UID),
            pgvigil,
            'serve',
            ...['--config', config, '--log.format', 'json'],
          ],
          env: { PATH: process.env['PATH'] },
        });
      });
      afterAll(() => serving?.stop());

      const writeConfig = (databases: readonly string[]): void =>
        writeFileSync(
          config,
          stringify({
            servers: [
              {
                name: 'main',
                url: `postgres://pgvigil@localhost:${server.port}/postgres`,
                password_file: 'credential',
                databases: { expect: databases },
              },
            ],
            docker: false,
            state: { directory: state },
            web: { listen_address: address },
          }),
          { mode: 0o644 },
        );
      const metrics = async (): Promise<readonly string[]> =>
        (await (await fetch(`http://${address}/metrics`)).text()).split('\n');
      const becomes = (line: string): Promise<true> =>
        waitFor(line, 20_000, async () => (await metrics()).includes(line) || undefined);

      test('it sees databases and disks, and remembers', async () => {
        await becomes('pgvigil_database_present{server="main",datname="simfab_dev"} 1');
        await becomes('pgvigil_state_durable 1');
        await waitFor('its memory', 10_000, () => readdirSync(state).includes('ledger.json') || undefined);
        const lines = await waitFor('every observer sees', 20_000, async () => {
          const all = await metrics();
          const measured = all.some((line) => line.startsWith('pgvigil_filesystem_avail_bytes{'));
          const blind = all.some((line) => /^pgvigil_observer_up\{.*\} 0$/.test(line));
          return measured && !blind ? all : undefined;
        });
        // The disk can be written, if not by it.
        const readonly = lines.filter((line) => line.startsWith('pgvigil_filesystem_readonly{'));
        expect(readonly.length).toBeGreaterThan(0);
        expect(readonly.filter((line) => !line.endsWith(' 0'))).toEqual([]);
        expect(serving?.output()).not.toMatch(/EPERM|EACCES|EROFS|a bug/);
      });

      test('it resolves names, and is told to read its configuration again', async () => {
        writeConfig(['simfab_dev', 'not_there']);
        serving?.signal('SIGHUP');
        await becomes('pgvigil_database_present{server="main",datname="not_there"} 0');
      });

      test('a word of root reaches it, and its memory fits', async () => {
        const { code, output } = await run({ command: pgvigil, args: ['status', '--config', config] });
        expect(output).toContain('simfab_dev');
        expect(code).toBe(1);
        const [, limit = ''] = /^MemoryMax=(\d+)M$/m.exec(readFileSync(UNIT, 'utf8')) ?? [];
        const used = residentMegabytes(serving?.pid ?? -1);
        expect(used).toBeGreaterThan(20);
        expect(used).toBeLessThan(Number(limit) / 2);
      });

      test('it ends in time', async () => {
        const asked = performance.now();
        serving?.signal('SIGTERM');
        expect(await serving?.exited).toEqual({ code: 0, signal: null });
        expect(performance.now() - asked).toBeLessThan(10_000);
        expect(serving?.output()).not.toContain('C4n4ry');
      });
    });
  });

  test('from source: clone, npm ci, build, run', { timeout: 300_000 }, async () => {
    const clone = join(place, 'clone');
    await must('git', ['clone', '--quiet', ROOT, clone], place);
    await must('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--silent'], clone);
    await must('npm', ['run', 'build', '--silent'], clone);
    expect(existsSync(join(clone, 'dist/main.js'))).toBe(true);
    expect(await must('node', ['dist/main.js', '--version'], clone)).toBe(`${VERSION}\n`);
  });
});

/** Of a process and all below it. */
function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const own = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return children.reduce((sum, child) => sum + residentMegabytes(Number(child)), own);
}
