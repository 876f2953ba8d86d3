import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { stringify } from 'yaml';
import { type PrivateDocker, startDockerd } from '../../test/kit/docker.ts';
import { freePort } from '../../test/kit/ports.ts';
import { waitFor } from '../../test/kit/wait.ts';
import type { Series } from './figures.ts';
import { startPeer } from './peer.ts';
import { anyPhase, batchesOf, note, openScene, pageAt, type Scene } from './scene.ts';

const ACT = 'docker-compose down -v';
const REMOVED = 'the removal of the volume';
const STARTED = 'the start of the command';
const BACK = 'the server being back, empty';

interface Paths {
  readonly pushed: Series;
  readonly pushedFromStart: Series;
  readonly scraped: Series;
  readonly scrapedFromStart: Series;
  readonly peerDown: Series;
  readonly peerGone: Series;
}

/** Removes one project with its volume after the other; each is a server of its own. */
export async function downWithVolumes(runs: number): Promise<readonly Series[]> {
  const series = (path: string, from: string): Series => ({ act: ACT, path, from, tookMs: [], untold: 0 });
  const paths: Paths = {
    pushed: series('pgvigil, pushed', REMOVED),
    pushedFromStart: series('pgvigil, pushed', STARTED),
    scraped: series('pgvigil, scraped', REMOVED),
    scrapedFromStart: series('pgvigil, scraped', STARTED),
    peerDown: series('postgres_exporter: the server is down, as at every restart', REMOVED),
    peerGone: series('postgres_exporter: a database without its size', BACK),
  };
  const docker = await startDockerd();
  try {
    for (const batch of batchesOf(runs)) {
      const scene = await openScene({ docker: { host: docker.host } }, true);
      try {
        for (const run of batch) await once(run, docker, scene, paths);
      } finally {
        await scene.stop();
      }
    }
  } finally {
    await docker.stop();
  }
  return Object.values(paths);
}

async function once(run: number, docker: PrivateDocker, scene: Scene, paths: Paths): Promise<void> {
  const name = `bench-${run}`;
  const datname = `bench_${run}`;
  const volume = `${name}_postgres_data`;
  const port = await freePort();
  const directory = join(docker.workDirectory, name);
  mkdirSync(directory);
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, 'correct-horse\n', { mode: 0o600 });
  writeFileSync(join(directory, 'docker-compose.yml'), composeFile(await docker.postgresImage(), name, port));
  const compose = (...args: readonly string[]) => docker.compose(directory, '-p', name, ...args);
  const address = { host: '127.0.0.1', port, user: 'postgres', password: 'correct-horse' };
  await compose('up', '-d');
  await answers(address);
  await withClient(address, (client) => client.query(`CREATE DATABASE ${datname}`));
  const peer = await startPeer(`postgres://postgres:correct-horse@127.0.0.1:${port}/postgres`);
  try {
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const server = { name, url, password_file: passwordFile, databases: { expect: [datname], learn: false } };
    await scene.watch([server], [{ address: peer.address, server: name }]);
    await scene.until(`pgvigil_database_present{server="${name}"} == 1`);
    await scene.until(`pgvigil_volume_mounted{server="${name}",volume="${volume}"} == 1`);
    await scene.until(`pg_database_size_bytes{datname="${datname}"}`);
    await anyPhase();

    const startedAt = Date.now();
    const page = { alertname: 'PgVigilVolumeMissing', volume };
    const [pushedAt, scrapedAt, peerAt] = await Promise.all([
      pageAt(scene.pushed, page),
      pageAt(scene.scraped, page),
      pageAt(scene.scraped, { alertname: 'PeerServerDown', server: name }),
      compose('down', '-v'),
    ]);
    const removedAt = await removalOf(docker, volume, startedAt);
    note(paths.pushed, removedAt, pushedAt);
    note(paths.pushedFromStart, startedAt, pushedAt);
    note(paths.scraped, removedAt, scrapedAt);
    note(paths.scrapedFromStart, startedAt, scrapedAt);
    note(paths.peerDown, removedAt, peerAt);

    await compose('up', '-d');
    await answers(address);
    const backAt = Date.now();
    note(paths.peerGone, backAt, await pageAt(scene.scraped, { alertname: 'PeerDatabaseGone', datname }));
  } finally {
    await peer.stop();
    await compose('down', '-v');
  }
}

/** When Docker removed the volume, by its own event. */
async function removalOf(docker: PrivateDocker, volume: string, sinceMs: number): Promise<number> {
  const filters = ['type=volume', 'event=destroy', `volume=${volume}`].flatMap((one) => ['--filter', one]);
  return await waitFor(
    'the volume is removed',
    60_000,
    async () => {
      const window = ['--since', String(Math.floor(sinceMs / 1000)), '--until', String(Date.now() / 1000)];
      const text = await docker.docker('events', ...window, ...filters, '--format', '{{json .}}');
      const [line] = text.split('\n').filter((one) => one !== '');
      return line === undefined
        ? undefined
        : Number((JSON.parse(line) as { timeNano: number }).timeNano) / 1e6;
    },
    500,
  );
}

async function answers(address: pg.ClientConfig): Promise<void> {
  await waitFor('the server answers', 60_000, async () => {
    await withClient(address, (client) => client.query('SELECT 1'));
    return true;
  });
}

async function withClient(
  address: pg.ClientConfig,
  act: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ ...address, database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}

function composeFile(image: string, name: string, port: number): string {
  return stringify({
    version: '2.4',
    services: {
      db: {
        image,
        container_name: name,
        network_mode: 'host',
        command: ['postgres', '-c', `port=${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
        environment: { POSTGRES_PASSWORD: 'correct-horse' },
        volumes: ['postgres_data:/var/lib/postgresql/data'],
      },
    },
    volumes: { postgres_data: {} },
  });
}
