import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Report } from '../../src/model/report.ts';
import { baseImage, COMPOSE_NAME, composeFile } from '../compose/shipped.ts';
import { keepSecret, receivePages } from '../compose/stage.ts';
import { ROOT } from '../kit/bundle.ts';
import { type CommandResult, type PrivateDocker, run, startDockerd } from '../kit/docker.ts';
import { program } from '../kit/needs.ts';
import { freePorts } from '../kit/ports.ts';
import { buildPgvigil, buildStandIns } from '../kit/stand-ins.ts';
import type { Received } from '../kit/webhook.ts';

const { services } = composeFile;
const PASSWORD = 'canary-of-simfab';
const WATCHERS = 'canary-of-pgvigil';
/** The user of both images of pgvigil. */
const UID = 10_187;
const SERVER = { name: 'main', databases: { expect: ['simfab_dev'] } };
const BACKUPS = { name: 'nightly', kind: 'pgvigil', directory: '/var/backups/pgvigil' };

/** What docs/compose.md says to write into config/pgvigil.yml; looked at more often. */
const watcher = (dockerRoot: string) => ({
  servers: [
    { ...SERVER, url: 'postgres://pgvigil@simfab-db:5432/postgres', password_file: '/run/secrets/postgres' },
  ],
  docker: { host: 'tcp://docker-proxy:2375' },
  filesystems: { include: [dockerRoot] },
  alertmanager: { urls: ['http://alertmanager:9093'] },
  intervals: { backups: '5s' },
  backups: [{ ...BACKUPS, max_age: '26h', restore_test: { max_age: '8d' } }],
});

/** And into config/backup.yml. */
const KEEPER = {
  servers: [
    { ...SERVER, url: 'postgres://simfab@simfab-db:5432/postgres', password_file: '/run/secrets/postgres' },
  ],
  docker: false,
  backups: [
    { ...BACKUPS, schedule: '15 2 * * *', restore_test: { schedule: '0 4 * * *', scratch: 'embedded' } },
  ],
};

/** examples/simfab with its monitoring, on an engine of its own. */
export interface Example {
  readonly engine: PrivateDocker;
  /** docker-compose on the application; throws when it fails. */
  readonly simfab: (...args: readonly string[]) => Promise<string>;
  /** The same with the guard of the image. */
  readonly guarded: (...args: readonly string[]) => Promise<string>;
  /** docker-compose on the monitoring. */
  readonly monitoring: (...args: readonly string[]) => Promise<CommandResult>;
  /** What the application answers. */
  readonly app: (method?: 'GET' | 'POST', name?: string) => Promise<unknown>;
  readonly report: () => Promise<Report>;
  readonly metrics: (prefix: string) => Promise<readonly string[]>;
  /** Instant query to Prometheus: how many series there are. */
  readonly count: (expression: string) => Promise<number>;
  readonly pages: () => readonly Received[];
  /** Where backups lie. */
  readonly backups: string;
  readonly stop: () => Promise<void>;
}

/** Makes the images as the guides say, and brings the application up with its monitoring. */
export async function setExample(): Promise<Example> {
  const engine = await startDockerd();
  try {
    await makeImages(engine);
    return await raise(engine);
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

async function makeImages(engine: PrivateDocker): Promise<void> {
  const postgres = await engine.postgresImage();
  await buildPgvigil(engine, baseImage, services.pgvigil.image, ROOT);
  const build = (tag: string, ...args: readonly string[]): Promise<string> =>
    engine.docker('build', '--network', 'host', '--tag', tag, ...args);
  const recipe = join(ROOT, 'postgres/tools.Dockerfile');
  const from = ['--build-arg', `POSTGRES_IMAGE=${postgres}`];
  await build(services.backup.image, '--file', recipe, ...from, join(ROOT, 'postgres'));
  await build('simfab-app:local', join(ROOT, 'examples/simfab/app'));
  await buildStandIns(engine, {
    proxy: services['docker-proxy'].image,
    prometheus: services.prometheus.image,
    alertmanager: services.alertmanager.image,
    grafana: services.grafana.image.replace(/@.*/, ''),
  });
}

async function raise(engine: PrivateDocker): Promise<Example> {
  // Everything where a clone has it.
  const root = join(engine.workDirectory, 'pgvigil');
  const example = join(root, 'examples/simfab');
  const pages = join(engine.workDirectory, 'pages');
  const backups = join(root, 'backups');
  for (const path of [COMPOSE_NAME, 'prometheus', 'alertmanager', 'grafana', 'postgres', 'examples'])
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  for (const path of [
    pages,
    backups,
    join(root, 'config'),
    join(example, 'guard'),
    join(example, 'guard-of-db'),
  ])
    mkdirSync(path, { recursive: true });
  chownSync(backups, UID, UID);
  // Users of the images, whose numbers differ from image to image.
  for (const name of ['guard', 'guard-of-db']) chmodSync(join(example, name), 0o777);

  const names = ['pgvigil', 'prometheus', 'alertmanager'] as const;
  const [simfabPort = 0, ...ports] = await freePorts(names.length + 1);
  writeVariables(join(example, '.env'), {
    SIMFAB_PASSWORD: PASSWORD,
    PGVIGIL_PASSWORD: WATCHERS,
    SIMFAB_PORT: simfabPort,
  });
  writeVariables(join(root, '.env'), {
    PGVIGIL_NETWORK: 'databases',
    PGVIGIL_NETWORK_EXTERNAL: 'true',
    DOCKER_SOCKET: engine.socket,
    DOCKER_ROOT: engine.rootDirectory,
    ...Object.fromEntries(names.map((name, index) => [`${name.toUpperCase()}_PORT`, ports[index] ?? 0])),
  });
  writeFileSync(join(root, 'config/pgvigil.yml'), stringify(watcher(engine.rootDirectory)));
  writeFileSync(join(root, 'config/backup.yml'), stringify(KEEPER));
  keepSecret(join(root, 'secrets/pgvigil/postgres'), WATCHERS, UID);
  keepSecret(join(root, 'secrets/backup/postgres'), PASSWORD, UID);

  const simfab = (...args: readonly string[]): Promise<string> => engine.compose(example, ...args);
  const monitoring = (...args: readonly string[]): Promise<CommandResult> =>
    run(program('docker-compose'), ['--no-ansi', '-f', COMPOSE_NAME, '--profile', 'backup', ...args], {
      env: engine.env,
      cwd: root,
    });
  await engine.docker('network', 'create', 'databases');
  await simfab('up', '-d');
  const raised = await monitoring('up', '-d', ...names, 'docker-proxy', 'backup');
  if (raised.code !== 0) throw new Error(`the monitoring did not come up:\n${raised.stderr}`);
  await receivePages(engine, pages);

  const get = async (url: string, options: RequestInit = {}): Promise<string> =>
    await (await fetch(url, { signal: AbortSignal.timeout(5000), ...options })).text();
  const [page, prometheus] = ports.map((port) => `http://127.0.0.1:${port}`);
  return {
    engine,
    simfab,
    guarded: (...args) => simfab('-f', 'docker-compose.yml', '-f', 'docker-compose.init-guard.yml', ...args),
    monitoring,
    app: async (method = 'GET', name = '') =>
      JSON.parse(
        await get(`http://127.0.0.1:${simfabPort}/`, { method, ...(method === 'POST' && { body: name }) }),
      ) as unknown,
    report: async () => JSON.parse(await get(`${page}/api/v1/report`)) as Report,
    metrics: async (prefix) =>
      (await get(`${page}/metrics`)).split('\n').filter((line) => line.startsWith(prefix)),
    async count(expression) {
      const text = await get(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`);
      return (JSON.parse(text) as { data: { result: unknown[] } }).data.result.length;
    },
    pages: () =>
      readFileSync(join(pages, 'pages'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Received),
    backups,
    stop: () => engine.stop(),
  };
}

function writeVariables(path: string, variables: Readonly<Record<string, string | number>>): void {
  writeFileSync(
    path,
    Object.entries(variables)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
}
