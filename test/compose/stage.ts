import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import { ROOT } from '../kit/bundle.ts';
import { type PrivateDocker, startDockerd } from '../kit/docker.ts';
import { freePorts } from '../kit/ports.ts';
import { buildPgvigil, buildStandIns, WEBHOOK_IMAGE } from '../kit/stand-ins.ts';
import { waitFor } from '../kit/wait.ts';
import type { Received } from '../kit/webhook.ts';
import { baseImage, COMPOSE_NAME, composeFile } from './shipped.ts';

export const PASSWORD = 'canary-of-the-role';
export const GRAFANA_PASSWORD = 'canary-of-grafana';
/** The network that the watched project and pgvigil share. */
const SHARED = 'databases';
const { services } = composeFile;
const withoutDigest = (image: string): string => image.replace(/@.*/, '');

/** Where pgvigil sees the other disk. */
export const OTHER_DISK = '/mnt/other';

/**
 * What an owner would have in a second file, for another disk; and a Grafana without its digest, and healthchecks
 * that need no waiting for.
 */
const override = (dockerRoot: string, otherDisk: string) => ({
  services: Object.fromEntries(
    Object.entries(services).map(([name, { image }]) => [
      name,
      {
        image: withoutDigest(image),
        healthcheck: { interval: '3s', timeout: '30s', start_period: '5s' },
        ...(name === 'pgvigil' && {
          volumes: [`${otherDisk}:${OTHER_DISK}:ro`],
          environment: { PGVIGIL_FILESYSTEMS: `${dockerRoot},${OTHER_DISK}` },
        }),
      },
    ]),
  ),
});

const WATCHED = `services:
  db:
    image: postgres:15
    environment: { POSTGRES_DB: simfab_dev, POSTGRES_PASSWORD: canary-of-postgres }
    volumes: ['data:/var/lib/postgresql/data', './sql:/sql:ro']
    networks: { default: {}, shared: { aliases: [simfab-db] } }
networks: { shared: { external: true, name: ${SHARED} } }
volumes: { data: {} }
`;

/** The shipped monitoring beside a project that it watches, on an engine of its own. */
export interface Stage {
  readonly engine: PrivateDocker;
  /** Where an owner would have put the files of pgvigil. */
  readonly directory: string;
  /** docker-compose on the monitoring. */
  readonly monitoring: (...args: readonly string[]) => Promise<string>;
  /** docker-compose on the project with the database. */
  readonly watched: (...args: readonly string[]) => Promise<string>;
  readonly url: (service: keyof typeof services) => string;
  readonly report: () => Promise<Report>;
  readonly metrics: (prefix: string) => Promise<readonly string[]>;
  /** Id of the container of a service of the monitoring. */
  readonly container: (service: keyof typeof services) => Promise<string>;
  /** Pages that arrived. */
  readonly pages: () => readonly Received[];
  readonly stop: () => Promise<void>;
}

/** Builds the images and brings both projects up, as docs/compose.md says. */
export async function setStage(): Promise<Stage> {
  const engine = await startDockerd();
  try {
    await engine.postgresImage();
    // One waits for the network most of the time, the other for the disk.
    await Promise.all([
      buildPgvigil(engine, baseImage, services.pgvigil.image, ROOT),
      buildStandIns(engine, {
        proxy: services['docker-proxy'].image,
        prometheus: services.prometheus.image,
        alertmanager: services.alertmanager.image,
        grafana: withoutDigest(services.grafana.image),
      }),
    ]);
    return await raise(engine);
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

async function raise(engine: PrivateDocker): Promise<Stage> {
  const directory = join(engine.workDirectory, 'pgvigil');
  const shop = join(engine.workDirectory, 'simfab');
  const pages = join(engine.workDirectory, 'pages');
  for (const path of [directory, join(shop, 'sql'), pages]) mkdirSync(path, { recursive: true });
  for (const file of [COMPOSE_NAME, 'prometheus', 'alertmanager', 'grafana', 'postgres']) {
    cpSync(join(ROOT, file), join(directory, file), { recursive: true });
  }
  const names = ['pgvigil', 'prometheus', 'alertmanager', 'grafana'] as const;
  const ports = await freePorts(names.length);
  const variables = {
    PGVIGIL_URL: 'postgres://pgvigil@simfab-db/simfab_dev',
    PGVIGIL_PASSWORD_FILE: '/run/secrets/postgres',
    PGVIGIL_NETWORK: SHARED,
    PGVIGIL_NETWORK_EXTERNAL: 'true',
    DOCKER_SOCKET: engine.socket,
    DOCKER_ROOT: engine.rootDirectory,
    ...Object.fromEntries(names.map((name, index) => [`${name.toUpperCase()}_PORT`, ports[index]])),
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(directory, '.env'), lines.join(''));
  // A directory in memory is the nearest other disk.
  const otherDisk = mkdtempSync('/dev/shm/pgvigil-');
  writeFileSync(join(directory, 'override.yml'), JSON.stringify(override(engine.rootDirectory, otherDisk)));
  keepSecret(join(directory, 'secrets/pgvigil/postgres'), PASSWORD, 10_187);
  keepSecret(join(directory, 'secrets/grafana/admin_password'), GRAFANA_PASSWORD, 472);

  cpSync(join(ROOT, 'postgres/role.sql'), join(shop, 'sql/role.sql'));
  writeFileSync(join(shop, 'docker-compose.yml'), WATCHED);
  const monitoring = (...args: readonly string[]): Promise<string> =>
    engine.compose(directory, '-f', COMPOSE_NAME, '-f', 'override.yml', ...args);
  const watched = (...args: readonly string[]): Promise<string> => engine.compose(shop, ...args);

  await engine.docker('network', 'create', SHARED);
  await Promise.all([watched('up', '-d'), monitoring('up', '-d')]);
  await receivePages(engine, pages);
  await waitFor('the role', 60_000, () =>
    engine.docker(
      'exec',
      'simfab_db_1',
      'psql',
      '-U',
      'postgres',
      '-v',
      `password=${PASSWORD}`,
      '-f',
      '/sql/role.sql',
    ),
  );

  const url = (service: keyof typeof services): string =>
    `http://127.0.0.1:${ports[(names as readonly string[]).indexOf(service)]}`;
  const text = async (path: string): Promise<string> =>
    await (await fetch(`${url('pgvigil')}${path}`, { signal: AbortSignal.timeout(5000) })).text();
  return {
    engine,
    directory,
    monitoring,
    watched,
    url,
    report: async () => JSON.parse(await text('/api/v1/report')) as Report,
    metrics: async (prefix) => (await text('/metrics')).split('\n').filter((line) => line.startsWith(prefix)),
    container: (service) => {
      const label = (name: string, value: string): string => `label=com.docker.compose.${name}=${value}`;
      const filters = [label('project', 'pgvigil'), label('service', service)];
      const args = ['ps', '--all', '--quiet', '--no-trunc'];
      return engine.docker(...args, ...filters.flatMap((filter) => ['--filter', filter]));
    },
    pages: () =>
      readFileSync(join(pages, 'pages'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Received),
    async stop() {
      await engine.stop();
      rmSync(otherDisk, { recursive: true });
    },
  };
}

/** A file with a secret that only one user may read, as docs/compose.md makes it. */
export function keepSecret(path: string, secret: string, uid: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${secret}\n`);
  chownSync(path, uid, uid);
  chmodSync(path, 0o400);
}

/** A receiver under the name that alertmanager.yml has as it is shipped. */
export async function receivePages(engine: PrivateDocker, directory: string): Promise<void> {
  appendFileSync(join(directory, 'pages'), '');
  const config = readFileSync(join(ROOT, 'alertmanager/alertmanager.yml'), 'utf8');
  const [, host = '', port = ''] = /url: '?http:\/\/([a-z]+):(\d+)\//.exec(config) ?? [];
  const network = composeFile.networks['monitoring']?.name ?? '';
  const args = ['run', '-d', '--network', network, '--network-alias', host, '-v', `${directory}:/pages`];
  await engine.docker(...args, WEBHOOK_IMAGE, port, '/pages/pages');
}
