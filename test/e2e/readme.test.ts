import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../kit/bundle.ts';
import { describeWith } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { type Exit, type Running, start, whileRunning } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Every block of commands, by its first word that tells it from the others, and who runs it. */
const BLOCKS = [...README.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text.trimEnd());
const TRIED_BY: Readonly<Record<string, string>> = {
  'npm start      #': 'below, "the demo"; npm test is what runs this',
  'pgvigil init ': 'test/e2e/init.test.ts and test/install',
  'psql -U postgres': 'below, "a server of your own"',
  'cp .env.example': 'test/compose',
};
const PAGE = 'http://127.0.0.1:10187';
const KEPT = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TERM'];
/** How this machine reaches the registry of npm. */
const CONNECTION =
  /^(https?_proxy|no_proxy|npm_config_(registry|cafile|userconfig|globalconfig)|node_extra_ca_certs)$/i;
/** The packages are downloaded, and everything is compiled. */
const INSTALL_MS = 240_000;

test('every block of commands in README is tried by somebody', () => {
  const known = Object.keys(TRIED_BY);
  expect(BLOCKS.map((block) => known.find((start) => block.startsWith(start)) ?? block)).toEqual(known);
});

describeWith(['postgres15'], 'README, command by command, on a fresh clone', () => {
  let clone: string;
  let postgres: Postgres;
  let running: Running | undefined;
  beforeAll(async () => {
    clone = mkdtempSync(join(tmpdir(), 'pgvigil-readme-'));
    cloneTo(clone);
    postgres = await startPostgres({ version: 15 });
    await postgres.query('CREATE DATABASE simfab_dev');
  });
  afterEach(async () => {
    await controlC();
  });
  afterAll(async () => {
    await postgres?.dispose();
    rmSync(clone, { recursive: true, force: true });
  });

  /** Runs a command in the clone as a person would type it, without what the tests have in their environment. */
  function sh(command: string, env: Readonly<Record<string, string>> = {}) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: clone,
      env: { ...personal(), ...env },
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, output: stdout + stderr };
  }
  /** Starts what stays, as a terminal does: npm, its shell and the program are one group, which Ctrl-C reaches as one. */
  async function stay(command: string, env: Readonly<Record<string, string>> = {}): Promise<Running> {
    running = await start({
      command: 'setsid',
      args: ['sh', '-c', `exec ${command}`],
      cwd: clone,
      env: { ...personal(), ...env },
    });
    return running;
  }
  async function controlC(): Promise<Exit | undefined> {
    const ended = running;
    running = undefined;
    if (ended?.isRunning()) process.kill(-ended.pid, 'SIGINT');
    return ended?.exited;
  }
  const metrics = async (): Promise<string> => (await fetch(`${PAGE}/metrics`)).text();
  const metric = async (name: string): Promise<string | undefined> => {
    return (await metrics()).split('\n').find((line) => line.startsWith(name));
  };

  test('the demo', { timeout: INSTALL_MS + 120_000, retry: 0 }, async () => {
    const beganAt = performance.now();
    const npm = await stay('npm start');
    const present = 'pgvigil_database_present{server="demo",datname="simfab_dev"}';
    await whileRunning(
      npm,
      'npm start',
      waitFor('the database is watched', INSTALL_MS, async () =>
        (await metric(present)) === `${present} 1` ? true : undefined,
      ),
    );
    const tookS = (performance.now() - beganAt) / 1000;
    process.stderr.write(`from a clone to the first watched database: ${tookS.toFixed(0)} s\n`);
    const printed = (label: string): string => {
      const line = npm.output().match(new RegExp(`${label}: +(.*)`))?.[1];
      if (line === undefined) throw new Error(`npm start did not print "${label}":\n${npm.output()}`);
      return line;
    };
    expect(printed('The page')).toBe(PAGE);
    expect(await (await fetch(PAGE)).text()).toContain('simfab_dev');

    expect(sh(printed('Lose the database'))).toMatchObject({ status: 0 });
    await waitFor('it is gone', 2_000, async () =>
      (await metric(present))?.endsWith(' 0') ? true : undefined,
    );
    const why = await waitFor('why', 5_000, async () => await metric('pgvigil_incident_open{'));
    expect(why).toContain('cause="database_dropped"');

    const open = sh(printed('What is open'));
    expect(open.status).toBe(1);
    const incident = /^([0-9a-f]{8}) {2}database_missing/m.exec(open.output)?.[1] ?? '';
    expect(open.output).toContain(`${PAGE}/incidents/${incident}`);
    expect((await fetch(`${PAGE}/incidents/${incident}`)).status).toBe(200);
    const accept = printed('Say it was intended').replace('INCIDENT', incident).replace('…', 'a try');
    expect(sh(accept)).toMatchObject({ status: 0 });
    expect(sh(printed('What is open'))).toMatchObject({ status: 0 });

    const [, directory = ''] = /--drop (\S+)/.exec(npm.output() ?? '') ?? [];
    expect(existsSync(directory)).toBe(true);
    await controlC();
    // npm may be gone before the program that it started is.
    await waitFor('it removed everything', 5_000, () => !existsSync(directory) || undefined);
    await waitFor('nobody listens', 5_000, () => fetch(PAGE).then(noLonger, () => true));
  });

  test('a server of your own', { timeout: 120_000, retry: 0 }, async () => {
    const block = BLOCKS.find((one) => one.startsWith('psql -U postgres')) ?? '';
    const [role = '', secret = '', watch = ''] = block.split('\n');
    const { hostname, port } = new URL(postgres.url('postgres'));
    expect(sh(role, { PGHOST: hostname, PGPORT: port })).toMatchObject({ status: 0 });
    expect(sh(secret)).toMatchObject({ status: 0 });
    // Only the port is not that of README: nobody can tell what runs on this machine.
    const command = watch.replace('127.0.0.1:5432', `${hostname}:${port}`);
    expect(command).not.toBe(watch);
    const npm = await stay(`env ${command}`, { PGVIGIL_STATE_DIRECTORY: join(clone, 'state') });
    const present = /pgvigil_database_present\{server="[^"]+",datname="simfab_dev"\} 1/;
    await whileRunning(
      npm,
      'npm start',
      waitFor('the database is watched', 60_000, async () =>
        present.test(await metrics()) ? true : undefined,
      ),
    );
    await controlC();
    await waitFor('nobody listens', 5_000, () => fetch(PAGE).then(noLonger, () => true));
  });
});

const noLonger = (): undefined => undefined;

/** What `git clone` would bring, and what is not committed yet. */
function cloneTo(directory: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listed.stdout.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
  expect(files.length).toBeGreaterThan(100);
  for (const file of new Set(files))
    cpSync(join(ROOT, file), join(directory, file), { recursive: dirname(file) !== '' });
}

/** The environment of a person: nothing that npm or vitest set for this process. */
function personal(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => {
      const [name, value] = entry;
      return value !== undefined && (KEPT.includes(name) || CONNECTION.test(name));
    }),
  );
}
