import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must, type PrivateDocker, startDockerd } from './docker.ts';
import { describeWith, program } from './needs.ts';
import { freePort } from './ports.ts';
import { waitFor } from './wait.ts';

const composeFile = (networkMode: string, command: string): string => `version: '3.7'
services:
  db:
    image: postgres:15
    network_mode: ${networkMode}
    command: ${command}
    environment: { POSTGRES_DB: simfab_dev, POSTGRES_PASSWORD: hunter2 }
    volumes: ['data:/var/lib/postgresql/data', './socket:/var/run/postgresql']
volumes: { data: {} }
`;

describeWith(['dockerd', 'docker-compose', 'debootstrap'], 'the private engine', () => {
  let engine: PrivateDocker;
  beforeAll(async () => {
    engine = await startDockerd();
    await engine.postgresImage();
  });
  afterAll(() => engine?.stop());

  function project(name: string, networkMode: string, command = 'postgres'): string {
    const directory = join(engine.workDirectory, name);
    mkdirSync(join(directory, 'socket'), { recursive: true });
    writeFileSync(join(directory, 'docker-compose.yml'), composeFile(networkMode, command));
    return directory;
  }
  const query = (container: string, sql: string): Promise<string> =>
    engine.docker('exec', container, 'psql', '-U', 'postgres', '-d', 'simfab_dev', '-Atc', sql);
  const answers = (container: string): Promise<string> =>
    waitFor('the database', 20_000, () => query(container, 'SELECT 1'));

  test('with network_mode none: a socket here, a database at the first start, and down -v takes the volume', async () => {
    const directory = project('none', 'none');
    await engine.compose(directory, 'up', '-d');
    await answers('none_db_1');
    expect(readdirSync(join(directory, 'socket'))).toContain('.s.PGSQL.5432');
    expect(await engine.docker('volume', 'ls', '-q')).toBe('none_data');

    await engine.compose(directory, 'down');
    expect(await engine.docker('volume', 'ls', '-q')).toBe('none_data');
    await engine.compose(directory, 'up', '-d');
    expect(await answers('none_db_1')).toBe('1');

    await engine.compose(directory, 'down', '-v');
    expect(await engine.docker('volume', 'ls', '-q')).toBe('');
  });

  test('with network_mode host: the server listens on a port of the machine', async () => {
    const port = await freePort();
    const directory = project('host', 'host', `-c listen_addresses=127.0.0.1 -p ${port}`);
    await engine.compose(directory, 'up', '-d');
    const uri = `postgres://postgres:hunter2@127.0.0.1:${port}/simfab_dev`;
    const ask = () => engine.docker('exec', 'host_db_1', 'psql', uri, '-Atc', 'SELECT 2');
    expect(await waitFor('the database', 20_000, ask)).toBe('2');
    await engine.compose(directory, 'down', '-v');
    expect(await engine.docker('ps', '-aq')).toBe('');
  });

  test('with the default network: the server is published on a port of the machine', async () => {
    const port = await freePort();
    const directory = project('published', 'bridge');
    const file = join(directory, 'docker-compose.yml');
    const text = composeFile('x', 'postgres').replace('network_mode: x', `ports: ['127.0.0.1:${port}:5432']`);
    writeFileSync(file, text);
    await engine.compose(directory, 'up', '-d');
    const uri = `postgres://postgres:hunter2@127.0.0.1:${port}/simfab_dev`;
    const ask = () => must(program('psql'), [uri, '-Atc', 'SELECT 3']);
    expect(await waitFor('the database', 20_000, ask)).toBe('3');
    await engine.compose(directory, 'down', '-v');
    expect(await engine.docker('volume', 'ls', '-q')).toBe('');
  });

  test('leaves no bridge behind, however it ended', async () => {
    const bridges = () =>
      spawnSync('ip', ['-brief', 'link', 'show', 'type', 'bridge'], { encoding: 'utf8' }).stdout;
    const before = bridges();
    const other = await startDockerd();
    await other.docker('network', 'create', 'left-behind');
    expect(bridges()).not.toBe(before);
    await other.shutDown('SIGKILL');
    await other.stop();
    expect(bridges()).toBe(before);
  });

  test('survives a restart after SIGKILL and one with live-restore', async () => {
    await engine.restart({ liveRestore: true });
    await engine.docker('run', '-d', '--network', 'none', '--name', 'sleeper', await engine.tinyImage());
    await engine.restart({ liveRestore: true });
    expect(await engine.docker('inspect', '-f', '{{.State.Running}}', 'sleeper')).toBe('true');
    await engine.restart({ signal: 'SIGKILL' });
    expect(await engine.docker('ps', '-aq')).not.toBe('');
  });
});
