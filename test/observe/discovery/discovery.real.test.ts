import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Report, ServerVerdict } from '../../../src/model/report.ts';
import { ownContainerId } from '../../../src/observe/discovery/identity.ts';
import { CANARY } from '../../kit/canary.ts';
import { type PrivateDocker, startDockerd } from '../../kit/docker.ts';
import { type Exporter, startExporter } from '../../kit/exporter.ts';
import { describeWith } from '../../kit/needs.ts';
import { freePorts } from '../../kit/ports.ts';
import { waitFor } from '../../kit/wait.ts';

const PASSWORD = `${CANARY} of the role`;
const SUPERUSER_PASSWORD = `${CANARY} of the superuser`;
const DATA = '/var/lib/postgresql/data';
const ROLE = `CREATE ROLE pgvigil LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 3;
GRANT pg_read_all_stats, pg_read_all_settings TO pgvigil;
`;

describeWith(['dockerd', 'docker-compose', 'debootstrap'], 'discovery, with real containers', () => {
  let engine: PrivateDocker;
  let exporter: Exporter;
  let directory = '';
  let passwordFile = '';
  let ports: number[] = [];
  /** Everything that was said or served, to look for the passwords in it. */
  const said: string[] = [];

  beforeAll(async () => {
    engine = await startDockerd();
    directory = join(engine.workDirectory, 'shop');
    passwordFile = join(directory, 'password');
    ports = await freePorts(2);
    mkdirSync(join(directory, 'initdb'), { recursive: true });
    writeFileSync(join(directory, 'initdb/10-pgvigil.sql'), ROLE);
    writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    const image = await engine.postgresImage();
    const secrets = { POSTGRES_PASSWORD: SUPERUSER_PASSWORD };
    const mounts = ['./initdb:/docker-entrypoint-initdb.d:ro'];
    writeFileSync(
      join(directory, 'docker-compose.yml'),
      stringify({
        version: '2.4',
        services: {
          db: {
            image,
            environment: { ...secrets, POSTGRES_DB: 'shop_dev' },
            labels: { 'pgvigil.password_file': passwordFile, 'pgvigil.prot': '5432' },
            volumes: [`data:${DATA}`, ...mounts],
          },
          left_alone: { image, environment: secrets, labels: { 'pgvigil.watch': 'false' } },
          app: {
            image: await engine.tinyImage(),
            environment: { ...secrets, POSTGRES_DB: 'shop_dev', POSTGRES_USER: 'app' },
          },
        },
        volumes: { data: {} },
      }),
    );
    await engine.compose(directory, '-p', 'shop', 'up', '-d');
    await runServer('billing', ports[0] ?? 0);
    exporter = await startExporter(
      { docker: { host: engine.host, discover: true }, intervals: { sizes: '2s' } },
      { docker: true },
    );
  });
  afterAll(async () => {
    await exporter?.stop();
    await engine?.stop();
  });

  async function runServer(name: string, port: number): Promise<void> {
    await engine.docker('rm', '-f', name).catch(() => '');
    await engine.docker(
      ...['run', '-d', '--name', name, '--network', 'host'],
      ...['-e', `POSTGRES_DB=${name}_dev`, '-e', `POSTGRES_PASSWORD=${SUPERUSER_PASSWORD}`],
      ...['-v', `${name}_data:${DATA}`, '-v', `${directory}/initdb:/docker-entrypoint-initdb.d:ro`],
      ...['--label', `pgvigil.password_file=${passwordFile}`],
      ...[await engine.postgresImage(), 'postgres', '-c', 'listen_addresses=127.0.0.1', '-p', String(port)],
    );
  }

  const serverIn = ({ servers }: Report, name: string): ServerVerdict | undefined =>
    servers.find((server) => server.name === name);

  /** The report once the database of this server is expected and there, and its volume is known. */
  function present(server: string, datname: string): Promise<Report> {
    return waitFor(`${datname} on ${server} is present`, 60_000, async () => {
      const report = await exporter.report();
      const found = serverIn(report, server)?.databases.find((database) => database.datname === datname);
      const hasVolume = report.volumes.some((volume) => volume.server === server && volume.mounted);
      return found?.presence === 'present' && found.expected === 'config' && hasVolume ? report : undefined;
    });
  }

  test('what runs is watched without any server in the config; what does not serve, or is labelled so, is not', async () => {
    await present('db', 'shop_dev');
    const report = await present('billing', 'billing_dev');
    expect(report.servers.map(({ name, source, identityMatch }) => [name, source, identityMatch])).toEqual([
      ['billing', 'discovered', true],
      ['db', 'discovered', true],
    ]);
    expect(report.incidents).toEqual([]);
    expect(report.self.discovery?.problems).toEqual([
      'container shop_db_1: label pgvigil.prot: is no label that is known: did you mean pgvigil.port?',
    ]);
    const metrics = await exporter.metrics('pgvigil_database_present');
    expect(metrics).toContain('pgvigil_database_present{server="db",datname="shop_dev"} 1');
    expect(metrics).toContain('pgvigil_database_present{server="billing",datname="billing_dev"} 1');
    const status = await exporter.command('status');
    expect(status.output).toMatch(/db +up .* discovered/);
    expect(status.output).toContain('did you mean pgvigil.port?');
    const config = await exporter.command('check-config');
    expect(config.output).toContain('source: discovered');
    said.push(status.output, config.output, metrics.join('\n'));
  });

  test('one that is started later is watched within seconds, and the others are not disturbed', async () => {
    const attempts = async (): Promise<number> => {
      const [line = ''] = await exporter.metrics(
        'pgvigil_connection_attempts_total{server="db",datname="postgres"}',
      );
      return Number(line.split(' ')[1]);
    };
    const before = await attempts();
    await runServer('late', ports[1] ?? 0);
    await waitFor('late is watched', 10_000, async () => serverIn(await exporter.report(), 'late'));
    await present('late', 'late_dev');
    expect(await attempts()).toBeGreaterThanOrEqual(before);
    expect(serverIn(await exporter.report(), 'db')?.up).toBe(true);
  });

  test('one that is removed with its volume is a loss with a cause, and stays one over a restart', async () => {
    await engine.docker('rm', '-f', 'billing');
    await engine.docker('volume', 'rm', 'billing_data');
    const lost = async (): Promise<Report> =>
      waitFor('an incident', 30_000, async () => {
        const report = await exporter.report();
        return report.incidents.some(
          ({ server, cause }) => server === 'billing' && cause === 'volume_removed',
        )
          ? report
          : undefined;
      });
    const before = await lost();
    const [id] = before.incidents.filter(({ server }) => server === 'billing').map((one) => one.id);
    said.push(exporter.running().output());
    await exporter.restart();
    const after = await lost();
    expect(after.incidents.map((one) => one.id)).toContain(id);
    const billing = serverIn(after, 'billing');
    expect(billing?.databases).toMatchObject([
      { datname: 'billing_dev', expected: 'config', presence: 'missing' },
    ]);
    await present('db', 'shop_dev');
    await present('late', 'late_dev');
  });

  test('one that compose makes anew is the same server', async () => {
    const before = await present('db', 'shop_dev');
    const container = serverIn(before, 'db')?.placement.container?.id;
    await engine.compose(directory, '-p', 'shop', 'rm', '-sf', 'db');
    await waitFor(
      'db is down',
      20_000,
      async () => serverIn(await exporter.report(), 'db')?.up === false || undefined,
    );
    await engine.compose(directory, '-p', 'shop', 'up', '-d', 'db');
    const after = await waitFor('db is up again', 60_000, async () => {
      const report = await exporter.report();
      const db = serverIn(report, 'db');
      return db?.up && db.placement.container?.id !== container ? report : undefined;
    });
    expect(after.servers.map(({ name }) => name)).toEqual(['billing', 'db', 'late']);
    expect(serverIn(after, 'db')).toMatchObject({
      identityMatch: true,
      pinnedSystemIdentifier: serverIn(before, 'db')?.pinnedSystemIdentifier,
    });
    await present('db', 'shop_dev');
  });

  test('without discovery it is remembered and not shown; with it, it is there again', async () => {
    const config = { docker: { host: engine.host, discover: false }, intervals: { sizes: '2s' } };
    const written = {
      name: 'written',
      url: `postgres://pgvigil@127.0.0.1:${ports[1]}/postgres`,
      password_file: passwordFile,
    };
    await exporter.configure({ ...config, servers: [written] });
    process.kill(exporter.pid(), 'SIGHUP');
    await waitFor('only what is written', 20_000, async () => {
      const { servers } = await exporter.report();
      return servers.map(({ name }) => name).join() === 'written' || undefined;
    });
    await exporter.configure({ ...config, docker: { ...config.docker, discover: true }, servers: [written] });
    process.kill(exporter.pid(), 'SIGHUP');
    // `late` is the server that is written down: it is not watched twice.
    await waitFor('all that is discovered', 20_000, async () => {
      const { servers } = await exporter.report();
      return servers.map(({ name }) => name).join() === 'written,billing,db' || undefined;
    });
  });

  test('credentials of the container are used where that was asked for, and told as a risk', async () => {
    const image = await engine.postgresImage();
    await engine.docker('rm', '-f', 'plain').catch(() => '');
    await engine.docker(
      ...['run', '-d', '--name', 'plain', '--network', 'shop_default', '-e', 'POSTGRES_USER=owner'],
      ...['-e', 'POSTGRES_DB=plain_dev', '-e', `POSTGRES_PASSWORD=${SUPERUSER_PASSWORD}`],
      ...['-v', `plain_data:${DATA}`, image],
    );
    await waitFor('plain is watched', 20_000, async () => serverIn(await exporter.report(), 'plain'));
    const docker = { host: engine.host, discover: true, discover_credentials: 'environment' };
    await exporter.configure({ docker, intervals: { sizes: '2s' } });
    process.kill(exporter.pid(), 'SIGHUP');
    const { risks } = await present('plain', 'plain_dev');
    const risky = risks.filter(({ risk, present: isThere }) => risk === 'superuser_monitoring' && isThere);
    expect(risky.map(({ server }) => server)).toEqual(['plain']);
    // A file in the labels is for the role pgvigil, whatever the environment says.
    await present('db', 'shop_dev');
  });

  test('a process in a container knows which one it is in', async () => {
    const mountinfo = await engine.docker('exec', 'shop_db_1', 'cat', '/proc/self/mountinfo');
    const id = await engine.docker('inspect', '--format', '{{.Id}}', 'shop_db_1');
    expect(ownContainerId(mountinfo)).toBe(id);
  });

  test('diagnose looks at what is discovered too', async () => {
    const diagnosis = await exporter.command('diagnose');
    expect(diagnosis.output).toContain('billing');
    expect(diagnosis.output).toContain('volume_removed');
    said.push(diagnosis.output);
  });

  test('a person forgets it', async () => {
    const forgotten = await exporter.command('forget', 'billing', '--all', '--reason', 'it was a test');
    expect(forgotten.output).toContain('forgotten: "billing"');
    await waitFor('billing is gone', 10_000, async () => {
      const { servers, incidents } = await exporter.report();
      const is = (one: { readonly server: string }): boolean => one.server === 'billing';
      return (!servers.some(({ name }) => name === 'billing') && !incidents.some(is)) || undefined;
    });
  });

  test('no password is in anything that was said, served or kept', async () => {
    const page = await (await fetch(exporter.url)).text();
    const ledger = readFileSync(join(exporter.stateDirectory, 'ledger.json'), 'utf8');
    said.push(exporter.running().output(), page, ledger, JSON.stringify(await exporter.report()));
    expect(ledger).toContain(passwordFile);
    expect(said.filter((text) => text.includes(CANARY))).toEqual([]);
  });
});
