import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { PrivateDocker } from '../kit/docker.ts';
import { freePort } from '../kit/postgres.ts';
import { waitFor } from '../kit/wait.ts';
import { fill, PASSWORD, ROLE, type Sessions, type Stage, sessionsTo, watchServer } from './stage.ts';

/** A server in a container, made by docker-compose or by `docker run`. */
export interface DockerStage extends Stage {
  readonly engine: PrivateDocker;
  readonly container: string;
  /** Full name of the volume that holds the data. */
  readonly volume: string;
  /** The volume's directory on this machine. */
  readonly volumePath: string;
  /** The compose project. */
  readonly project: string;
  readonly docker: PrivateDocker['docker'];
  /** Runs docker-compose on the project, or with `-p` on another one. */
  readonly compose: (...args: readonly string[]) => Promise<string>;
  /** Writes the compose file anew with these changes. */
  readonly change: (changes: ServiceChanges) => Promise<void>;
  /** Waits until the server takes connections. */
  readonly ready: () => Promise<void>;
}

/** What differs from the usual service. */
export interface ServiceChanges {
  readonly image?: string;
  /** In place of the usual volume; `none` for no volume at all. */
  readonly volume?: { readonly name?: string; readonly target?: string } | 'none';
  readonly service?: Readonly<Record<string, unknown>>;
}

export interface DockerOptions extends ServiceChanges {
  /** `run`: a plain `docker run`, without a compose project. */
  readonly by?: 'compose' | 'run';
  /** A network of the project with a published port, in place of the host's network. */
  readonly network?: 'host' | 'own';
  /** Made by hand: a server that is initialised anew does not have it. */
  readonly role?: 'initdb' | 'by hand';
  /** The container is called as compose calls it by itself. */
  readonly composeNames?: boolean;
  readonly learnAfter?: string;
}

const DATA = '/var/lib/postgresql/data';
const READY_MS = 60_000;

/** Sets up a container with its databases and a pgvigil that watches it. */
export async function openDockerStage(
  slug: string,
  engine: PrivateDocker,
  options: DockerOptions,
  mark: () => void,
): Promise<{ readonly stage: DockerStage; readonly close: () => Promise<void> }> {
  const { by = 'compose', network = 'host', role = 'initdb', composeNames = false, learnAfter } = options;
  const image = await engine.postgresImage();
  const port = await freePort();
  const directory = join(engine.workDirectory, slug);
  const initdb = join(directory, 'initdb');
  const project = `${slug}-facelift`;
  const container = composeNames ? `${project}_db_1` : `${slug}-db`;
  const volume = by === 'run' ? `${slug}_data` : `${project}_postgres_data`;
  await mkdir(initdb, { recursive: true });
  if (role === 'initdb') await writeFile(join(initdb, '10-pgvigil.sql'), ROLE);

  const compose = (...args: readonly string[]): Promise<string> =>
    engine.compose(directory, ...(args[0] === '-p' ? args : ['-p', project, ...args]));
  const change = (changes: ServiceChanges): Promise<void> => {
    const file = composeFile({ image, ...options, ...changes }, { port, network, container, composeNames });
    return writeFile(join(directory, 'docker-compose.yml'), stringify(file));
  };
  const sessions = sessionsTo({ port, superuser: 'simfab' });
  const ready = async (): Promise<void> => {
    await waitFor('the server', READY_MS, () => sessions.sql('SELECT 1'), 100);
  };
  const undo: (() => Promise<unknown>)[] = [async () => sessions.end()];
  const close = async (): Promise<void> => {
    for (const step of undo.reverse()) await step();
  };
  try {
    undo.push(() => clear(engine, slug));
    if (by === 'compose') {
      await change({});
      await compose('up', '-d');
    } else await engine.docker(...runArguments(image, { port, container, volume, initdb }));
    await prepared(sessions, role, ready);
    const { exporter, stop } = await watchServer({ port, dockerHost: engine.host, learnAfter });
    undo.push(stop);
    const volumePath = join(engine.rootDirectory, 'volumes', volume, '_data');
    const { sql, session } = sessions;
    const { docker } = engine;
    const stage = { engine, container, volume, volumePath, project, docker, compose, change, ready };
    return { stage: { ...stage, port, exporter, sql, session, mark }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function prepared(
  sessions: Sessions,
  role: DockerOptions['role'],
  ready: () => Promise<void>,
): Promise<void> {
  await ready();
  if (role === 'by hand') await sessions.sql(ROLE);
  await fill(sessions);
}

/** Removes what the scenario left in the engine: everything it made has its name in it. */
async function clear({ docker, thaw }: PrivateDocker, slug: string): Promise<void> {
  thaw();
  const list = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await docker(...args)).split('\n').filter((id) => id !== '');
  const containers = await list('ps', '--all', '--quiet', '--filter', `name=${slug}`);
  if (containers.length > 0) await docker('rm', '--force', '--volumes', ...containers);
  const volumes = await list('volume', 'ls', '--quiet', '--filter', `name=${slug}`);
  if (volumes.length > 0) await docker('volume', 'rm', '--force', ...volumes);
  const networks = await list('network', 'ls', '--quiet', '--filter', `name=${slug}`);
  if (networks.length > 0) await docker('network', 'rm', ...networks);
}

interface Place {
  readonly port: number;
  readonly network: 'host' | 'own';
  readonly container: string;
  readonly composeNames: boolean;
}

const ENVIRONMENT = { POSTGRES_USER: 'simfab', POSTGRES_PASSWORD: PASSWORD, POSTGRES_DB: 'simfab_dev' };
const FAST = ['-c', 'fsync=off', '-c', 'shared_buffers=16MB'];
const listen = (port: number): readonly string[] => ['-c', 'listen_addresses=127.0.0.1', '-p', String(port)];

function composeFile(options: ServiceChanges & { readonly image: string }, place: Place): object {
  const { port, network, container, composeNames } = place;
  const { name = 'postgres_data', target = DATA } = options.volume === 'none' ? {} : (options.volume ?? {});
  const service = {
    image: options.image,
    ...(composeNames ? {} : { container_name: container }),
    ...(network === 'host' ? { network_mode: 'host' } : { ports: [`127.0.0.1:${port}:5432`] }),
    command: ['postgres', ...FAST, ...(network === 'host' ? listen(port) : [])],
    environment: ENVIRONMENT,
    volumes: [
      ...(options.volume === 'none' ? [] : [`${name}:${target}`]),
      './initdb:/docker-entrypoint-initdb.d:ro',
    ],
    ...options.service,
  };
  return {
    version: '2.4',
    services: { db: service },
    ...(options.volume !== 'none' && { volumes: { [name]: {} } }),
  };
}

function runArguments(
  image: string,
  { port, container, volume, initdb }: { port: number; container: string; volume: string; initdb: string },
): readonly string[] {
  const environment = Object.entries(ENVIRONMENT).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  const mounts = ['-v', `${volume}:${DATA}`, '-v', `${initdb}:/docker-entrypoint-initdb.d:ro`];
  const where = ['run', '-d', '--name', container, '--network', 'host'];
  return [...where, ...environment, ...mounts, image, 'postgres', ...FAST, ...listen(port)];
}
