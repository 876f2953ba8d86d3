import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Report } from '../../src/model/report.ts';
import { ensureBuilt } from '../kit/build.ts';
import { type PrivateDocker, startDockerd } from '../kit/docker.ts';
import { MAIN } from '../kit/exporter.ts';
import { describeWith } from '../kit/needs.ts';
import { freePort } from '../kit/ports.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { run, start } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';

const FILES = ['.env', 'pgvigil-role.sql', 'pgvigil.yml', 'secrets'];
/** Each would do harm, or be lost, if one quote were missing somewhere. */
const HOSTILE = [`it's "quoted"`, 'back\\slash', '$(touch pwned)', 'two\nlines', "'); DROP ROLE x; --", '😀'];
const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

let place: string;
let directory: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'pgvigil-init-'));
  directory = join(place, `it's $(touch pwned)`);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** The environment of a person who types commands, with a state directory of the test. */
const environment = (more: Record<string, string> = {}) => ({
  PATH: process.env['PATH'],
  HOME: place,
  PGVIGIL_STATE_DIRECTORY: join(place, 'state'),
  ...more,
});
const pgvigil = (args: readonly string[], env: Record<string, string> = {}) =>
  run({ command: process.execPath, args: [MAIN, ...args], env: environment(env), cwd: place });
/** What a person would copy from the end of the output. */
const commandsIn = (output: string): readonly string[] =>
  output.split('\n').flatMap((line) => /^ {7}(\S.*)$/.exec(line)?.[1] ?? []);
/** Types all of them into one shell, but the last one, which stays. */
const typed = (commands: readonly string[], env: Record<string, string>) =>
  run({
    command: 'bash',
    args: ['-e', '-c', commands.slice(0, -1).join('\n')],
    env: environment(env),
    cwd: place,
  });

describeWith(['postgres15', 'shell'], 'init', () => {
  let server: Postgres;
  beforeAll(async () => {
    await ensureBuilt();
    server = await startPostgres({
      version: 15,
      settings: { log_statement: 'all' },
      hba: [
        'host all postgres 127.0.0.1/32 trust',
        'host all pgvigil 127.0.0.1/32 scram-sha-256',
        'host all nobody 127.0.0.1/32 trust',
      ],
    });
    for (const name of ['simfab_dev', ...HOSTILE]) await server.query(`CREATE DATABASE ${sqlName(name)}`);
    await server.query(`REVOKE CONNECT ON DATABASE ${sqlName(HOSTILE[0] ?? '')} FROM PUBLIC`);
  });
  afterAll(() => server?.dispose());
  const url = (): Record<string, string> => ({ PGVIGIL_URL: server.url('simfab_dev', 'postgres') });
  const init = (env: Record<string, string> = url()) =>
    pgvigil(['init', '--yes', '--directory', directory], env);
  const secret = (): string => readFileSync(join(directory, 'secrets/pgvigil/postgres'), 'utf8').trim();

  test('what it writes and the commands it prints watch the server', async () => {
    const { code, output } = await init();
    expect(code, output).toBe(0);
    expect(readdirSync(directory).sort()).toEqual(FILES);
    const { servers } = parse(readFileSync(join(directory, 'pgvigil.yml'), 'utf8'));
    expect(servers[0].databases.expect.sort()).toEqual(['simfab_dev', ...HOSTILE].sort());

    const commands = commandsIn(output);
    expect(commands.map((command) => command.split(' ')[0])).toEqual([
      'psql',
      'unset',
      'node',
      'node',
      'node',
    ]);
    const done = await typed(commands, url());
    expect(done, done.output).toMatchObject({ code: 0 });
    expect(done.output).toContain('All is well');
    expect(readdirSync(place).concat(readdirSync(directory))).not.toContain('pwned');

    const port = await freePort();
    const serving = await start({
      command: 'bash',
      args: ['-c', `exec ${commands.at(-1)} --web.listen-address 127.0.0.1:${port}`],
      env: environment(),
      cwd: place,
    });
    try {
      const present = await waitFor('all of them are present', 20_000, async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/report`);
        const report = (await answer.json()) as Report;
        const { databases = [] } = report.servers[0] ?? {};
        const there = databases.filter((one) => one.expected === 'config' && one.presence === 'present');
        return there.length === HOSTILE.length + 1 ? there.map(({ datname }) => datname) : undefined;
      });
      expect([...present].sort()).toEqual(['simfab_dev', ...HOSTILE].sort());
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(metrics).toContain('pgvigil_database_present{server="main",datname="simfab_dev"} 1\n');
      const [role] = await server.query(
        `SELECT rolsuper, rolpassword FROM pg_authid WHERE rolname = 'pgvigil'`,
      );
      expect(role).toMatchObject({ rolsuper: false, rolpassword: expect.stringMatching(/^SCRAM-SHA-256\$/) });
    } finally {
      await serving.stop();
    }
    // Neither the password nor, by the statement that sets it, what the server keeps of it.
    const told = output + done.output + serving.output() + server.log();
    expect(secret()).toMatch(/^[\w-]{32}$/);
    expect(told).not.toContain(secret());
    expect(told).not.toContain('SCRAM-SHA-256$');
    for (const name of ['pgvigil.yml', '.env', 'pgvigil-role.sql'])
      expect(readFileSync(join(directory, name), 'utf8')).not.toContain(secret());
    expect(statSync(join(directory, 'secrets/pgvigil/postgres')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'pgvigil-role.sql')).mode & 0o777).toBe(0o600);
  });

  test('a second run, and a file of somebody else, change nothing', async () => {
    expect(await init()).toMatchObject({ code: 0 });
    const before = secret();
    const again = await init();
    expect(again.code).toBe(4);
    expect(again.output).toContain('pgvigil.yml');
    expect(secret()).toBe(before);

    directory = join(place, 'other');
    mkdirSync(directory);
    writeFileSync(join(directory, '.env'), 'MINE=1\n');
    const kept = await init();
    expect(kept.code).toBe(4);
    expect(kept.output).toContain(join(directory, '.env'));
    expect(readdirSync(directory)).toEqual(['.env']);
    expect(readFileSync(join(directory, '.env'), 'utf8')).toBe('MINE=1\n');
  });

  test('a directory that cannot be written is one line, and leaves nothing', async () => {
    directory = '/proc/nowhere';
    const { code, output } = await init();
    expect(code).toBe(1);
    expect(output).toContain('pgvigil: nothing was written: ');
    expect(output).not.toMatch(/\n\s+at /);
  });

  test('says what it could not see, and writes all the same', async () => {
    const away = await init({ PGVIGIL_URL: `postgres://nobody@127.0.0.1:${await freePort()}/shop` });
    expect(away.code, away.output).toBe(0);
    expect(away.output).toContain('Its databases were not seen: it does not listen');
  });

  test('a password in the URL goes nowhere, whatever is wrong with it', async () => {
    for (const bad of [
      'postgres://u:C4n4ry@127.0.0.1:1/shop',
      'postgres://u:C4n4ry@h:x/y',
      'mysql://u:C4n4ry@h/d',
    ]) {
      const { output } = await init({ PGVIGIL_URL: bad });
      expect(output).not.toContain('C4n4ry');
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test.each([
    ['n', 1],
    ['y', 0],
    ['', 0],
  ])('on a terminal it asks once: %j gives %i', async (answer, expected) => {
    const command = `node ${MAIN} init --directory answered`;
    // A terminal of its own; its input is held open, for the end of it would be an answer too.
    const asked = await run({
      command: 'bash',
      args: [
        '-c',
        `(sleep 4; echo '${answer}'; sleep 2) | script --quiet --return --command '${command}' /dev/null`,
      ],
      env: environment({ ...url(), TERM: 'dumb' }),
      cwd: place,
    });
    expect(asked.output).toContain('[Y/n]');
    expect(asked.code, asked.output).toBe(expected);
    expect(readdirSync(place).includes('answered')).toBe(expected === 0);
  });
});

describeWith(['dockerd', 'debootstrap'], 'init beside Docker', () => {
  let engine: PrivateDocker;
  beforeAll(async () => {
    await ensureBuilt();
    engine = await startDockerd();
    await engine.postgresImage();
  }, 900_000);
  afterAll(() => engine?.stop(), 60_000);

  test('finds a server in a container and what is wrong with it, before anybody lets it in', async () => {
    const port = await freePort();
    const started = ['-c', `port=${port}`, '-c', 'listen_addresses=127.0.0.1'];
    const environmentOf = [
      '-e',
      'POSTGRES_PASSWORD=C4n4ry',
      '-e',
      'POSTGRES_DB=simfab_dev',
      '-e',
      'POSTGRES_USER=boss',
    ];
    await engine.docker(
      'run',
      '-d',
      '--name',
      'simfab-db',
      '--network',
      'host',
      ...environmentOf,
      '-e',
      `PGPORT=${port}`,
      'postgres:15',
      'postgres',
      ...started,
    );
    await engine.docker('run', '-d', '--name', 'no-postgres', '--network', 'none', await engine.tinyImage());
    await waitFor(
      'the server is up',
      60_000,
      async () =>
        (await engine.docker('exec', 'simfab-db', 'pg_isready', '-h', '127.0.0.1').catch(() => '')).includes(
          'accepting',
        ) || undefined,
    );
    const env = { DOCKER_HOST: engine.host };
    const { code, output } = await pgvigil(['init', '--yes', '--directory', directory], env);
    expect(code, output).toBe(0);
    expect(output).toContain('In the container simfab-db (postgres:15)');
    expect(output).toContain('the role is not there yet');
    expect(output).toContain('Data on an anonymous volume');
    expect(output).toContain('no restart policy');
    expect(output).not.toContain('no-postgres');
    expect(output).not.toContain('C4n4ry');

    const done = await typed(commandsIn(output), env);
    expect(done, done.output).toMatchObject({ code: 0 });
    expect(done.output).toContain('All is well');
    describeServers(directory);
  });
});

function describeServers(at: string): void {
  const { servers, docker } = parse(readFileSync(join(at, 'pgvigil.yml'), 'utf8'));
  expect(servers).toMatchObject([{ databases: { expect: ['simfab_dev'] } }]);
  expect(docker.host).toMatch(/^unix:/);
  expect(readFileSync(join(at, '.env'), 'utf8')).toContain('POSTGRES_IMAGE=postgres:15\n');
}
