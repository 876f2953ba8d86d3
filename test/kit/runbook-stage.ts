/** A machine as the runbooks have it in mind: a server in a container that a pgvigil, a Prometheus and an Alertmanager watch. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeFile } from '../compose/shipped.ts';
import { type Alertmanager, startAlertmanager } from './alertmanager.ts';
import { ROOT } from './bundle.ts';
import { type CommandResult, must, type PrivateDocker, run, startDockerd } from './docker.ts';
import { type Exporter, MAIN, startExporter } from './exporter.ts';
import { program } from './needs.ts';
import { freePort } from './ports.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import type { Words } from './runbooks.ts';
import { waitFor } from './wait.ts';
import { startWebhook, type Webhook } from './webhook.ts';

export interface RunbookStage {
  /** What stands for the words of the runbooks now; an incident that is open, where there is one. */
  readonly words: () => Promise<Words>;
  /** Runs a command as a person would, in a directory of its own with the backups that the runbooks speak of. */
  readonly type: (command: string) => Promise<CommandResult>;
  /** Runs SQL as they would, at the prompt of psql. */
  readonly sql: (text: string) => Promise<CommandResult>;
  /** Undoes what a command of a mitigation has done. */
  readonly heal: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const CONTAINER = 'shop-db';
const VOLUME = 'shop_data';
const OLD_VOLUME = 'old-shop_data';
const DATABASE = 'shop';
/** The containers of the compose file, by the names that it gives them. */
const MONITORING = Object.values(composeFile.services).map(({ container_name }) => container_name);
const SECONDS_PER_COMMAND = '60';

/** Starts everything, with so many open incidents: databases that were dropped and created again. */
export async function openRunbookStage(incidents: number): Promise<RunbookStage> {
  const replaced = Array.from({ length: incidents }, (_, index) => `twin${index}`);
  const engine = await startDockerd();
  const undo: (() => Promise<unknown>)[] = [() => engine.stop()];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const port = await freePort();
    const psql = (sql: string, database = 'postgres') =>
      must(program('psql'), ['-X', ...ON, '-d', database, '-c', sql], {
        env: { ...engine.env, PGPORT: `${port}` },
      });
    const ready = () => waitFor('the server', 60_000, () => psql('SELECT 1'), 100);
    await startServer(engine, port);
    await ready();
    await fillServer(engine, port, psql);
    for (const name of replaced) await psql(`CREATE DATABASE ${name}`);

    const config = {
      docker: { host: engine.host },
      intervals: { presence: '200ms', docker: '1s', connect: '1s' },
      servers: [
        {
          name: 'main',
          url: `postgres://pgvigil@127.0.0.1:${port}/postgres`,
          databases: { expect: [DATABASE, ...replaced] },
        },
      ],
    };
    const exporter = await startExporter(config, { docker: true });
    undo.push(() => exporter.stop());
    await waitFor('all are seen', 20_000, async () => {
      const seen = await exporter.metrics('pgvigil_database_identity_match');
      return seen.length > replaced.length || undefined;
    });
    for (const name of replaced) {
      await psql(`DROP DATABASE ${name}`);
      await psql(`CREATE DATABASE ${name}`);
    }
    await waitFor('all incidents are open', 20_000, async () => {
      const open = (await exporter.report()).incidents;
      return open.length >= replaced.length || undefined;
    });

    const webhook: Webhook = await startWebhook();
    undo.push(() => webhook.stop());
    const alertmanager = await startAlertmanager({ webhookUrl: webhook.url });
    undo.push(() => alertmanager.stop());
    const prometheus = await startPrometheus({
      targets: [exporter.address],
      alertmanagers: [alertmanager.address],
    });
    undo.push(() => prometheus.stop());

    const places = placesOf({ engine, port, exporter, prometheus, alertmanager });
    const home = await makeHome(engine, exporter, port);
    const type = (command: string): Promise<CommandResult> => {
      const text = places.reduce((filled, [from, to]) => filled.replaceAll(from, to), command);
      const bash = ['-k', '5', SECONDS_PER_COMMAND, 'bash', '-o', 'pipefail', '-c', text];
      return run('timeout', bash, { env: home.env, cwd: home.directory });
    };
    return {
      type,
      sql: async (text) => {
        const file = join(home.directory, 'typed.sql');
        await writeFile(file, text);
        return run(program('psql'), ['-X', ...ON, '-d', DATABASE, '-f', file], { env: home.env });
      },
      words: async () => ({
        HOST: '127.0.0.1',
        SERVER: 'main',
        DATABASE,
        BACKUPS: 'nightly',
        DIRECTORY: '/mnt/other-disk',
        VOLUME,
        OLD_VOLUME,
        CONTAINER,
        MOUNTPOINT: '/',
        INCIDENT: (await exporter.report()).incidents[0]?.id ?? 'none',
      }),
      heal: async () => {
        await engine.docker('start', CONTAINER, ...MONITORING);
        await ready();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const ON = ['-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-U', 'postgres'];

async function startServer(engine: PrivateDocker, port: number): Promise<void> {
  const image = await engine.postgresImage();
  await engine.docker(
    ...[
      'run',
      '--detach',
      '--name',
      CONTAINER,
      '--network',
      'host',
      '--volume',
      `${VOLUME}:/var/lib/postgresql/data`,
    ],
    ...[
      '--env',
      'POSTGRES_HOST_AUTH_METHOD=trust',
      '--env',
      `POSTGRES_DB=${DATABASE}`,
      '--env',
      `PGPORT=${port}`,
    ],
    ...[image, '-c', 'listen_addresses=127.0.0.1', '-p', `${port}`],
  );
  const tiny = await engine.tinyImage();
  for (const name of MONITORING) {
    await engine.docker('run', '--detach', '--name', name, '--network', 'none', tiny);
  }
}

async function fillServer(
  engine: PrivateDocker,
  port: number,
  psql: (sql: string, database?: string) => Promise<string>,
): Promise<void> {
  const role = join(ROOT, 'postgres/role.sql');
  await must(program('psql'), ['-X', ...ON, '-p', `${port}`, '-d', 'postgres', '-f', role], {
    env: engine.env,
  });
  await psql('CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id', DATABASE);
  await psql('CREATE TABLE customers AS SELECT generate_series(1, 10) AS id', DATABASE);
  await psql('ANALYZE', DATABASE);
  // Where the data was before somebody renamed the project.
  await engine.docker(
    ...[
      'run',
      '--rm',
      '--network',
      'none',
      '--volume',
      `${VOLUME}:/from:ro`,
      '--volume',
      `${OLD_VOLUME}:/to`,
    ],
    ...['--entrypoint', 'cp', await engine.postgresImage(), '-a', '/from/.', '/to'],
  );
}

/** What runbooks name by its usual place, and where it is here. */
function placesOf(here: {
  readonly engine: PrivateDocker;
  readonly port: number;
  readonly exporter: Exporter;
  readonly prometheus: Prometheus;
  readonly alertmanager: Alertmanager;
}): readonly (readonly [string, string])[] {
  const { engine, port, exporter, prometheus, alertmanager } = here;
  return [
    ...['127.0.0.1', 'localhost'].flatMap((host) => [
      [`${host}:10187`, exporter.address] as const,
      [`${host}:9090`, prometheus.address] as const,
      [`${host}:9093`, alertmanager.address] as const,
    ]),
    ['-p 5432', `-p ${port}`],
    ['--config pgvigil.yml', `--config ${exporter.configFile}`],
    ['/etc/pgvigil/pgvigil.yml', exporter.configFile],
    ['/etc/prometheus/prometheus.yml', join(ROOT, 'prometheus/prometheus.yml')],
    ['/etc/prometheus/rules', join(ROOT, 'prometheus/rules')],
    ['/etc/alertmanager/alertmanager.yml', join(ROOT, 'alertmanager/alertmanager.yml')],
    ['/var/run/docker.sock', engine.socket],
    ['/var/lib/docker', engine.rootDirectory],
    ['/var/lib/pgvigil', exporter.stateDirectory],
    ['/mnt/other-disk', '.'],
  ];
}

/** A directory to work in, with the backups of the runbooks, and the programs that are called by their names. */
async function makeHome(engine: PrivateDocker, exporter: Exporter, port: number) {
  const directory = join(engine.workDirectory, 'home');
  const bin = join(directory, 'bin');
  await mkdir(bin, { recursive: true });
  const shim = async (name: string, text: string): Promise<void> => {
    await writeFile(join(bin, name), `#!/bin/bash\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  };
  await shim('pgvigil', `exec '${process.execPath}' '${MAIN}' "$@"`);
  const docker = program('docker');
  await shim(
    'docker',
    [
      // The private engine has no default network, and `docker run` asks for it.
      `if [ "$1" = run ]; then shift; exec '${docker}' run --network none "$@"; fi`,
      // Beside the server the containers are empty: what runs in them runs here, if they are there and run.
      `if [ "$1" = exec ] && [[ " ${MONITORING.join(' ')} " = *" $2 "* ]]; then`,
      `  [ "$('${docker}' inspect -f '{{.State.Running}}' "$2")" = true ] || exit 1`,
      '  shift 2; exec "$@"',
      'fi',
      `exec '${docker}' "$@"`,
    ].join('\n'),
  );
  const env = {
    ...engine.env,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: directory,
    PGPORT: `${port}`,
    PGVIGIL_CONFIG: exporter.configFile,
  };
  const dump = ['-h', '127.0.0.1', '-U', 'postgres', '-Fc', '-f'];
  for (const file of ['shop.dump', 'last-good.dump']) {
    await must(program('pg_dump'), [...dump, join(directory, file), DATABASE], { env });
  }
  return { directory, env };
}
