import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toLabel } from '../../src/present/metrics/label.ts';
import { type Alertmanager, startAlertmanager } from '../kit/alertmanager.ts';
import { type PrivateDocker, startDockerd } from '../kit/docker.ts';
import { type Exporter, startExporter } from '../kit/exporter.ts';
import { describeWith } from '../kit/needs.ts';
import { freePort } from '../kit/ports.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { waitFor } from '../kit/wait.ts';
import { startWebhook, type Webhook } from '../kit/webhook.ts';

/** Target of the shipped configuration through scrape and rules (p95); one run may take a little longer here. */
const PAGE_WITHIN_MS = 20_000;

const LAST_SEEN = 'pgvigil_database_last_seen_timestamp_seconds{server="main",datname="simfab_dev"}';
/** A name that PostgreSQL takes, and that would end a label, a query, a template or a line. */
const HOSTILE = 'a"}}{{ $value }}\n\\\'`%q é';

/** The whole way: pgvigil, the shipped Prometheus and Alertmanager configuration, and somebody's pager. */
interface Pipeline {
  readonly exporter: Exporter;
  readonly webhook: Webhook;
  readonly prometheus: Prometheus;
  readonly stop: () => Promise<void>;
}

async function startPipeline(exporter: Exporter): Promise<Pipeline> {
  const webhook = await startWebhook();
  const alertmanager: Alertmanager = await startAlertmanager({ webhookUrl: webhook.url });
  const prometheus = await startPrometheus({
    targets: [exporter.address],
    alertmanagers: [alertmanager.address],
  });
  await waitFor('Prometheus has scraped pgvigil', 20_000, async () => {
    const [up] = await prometheus.query('up{job="pgvigil"}');
    return up?.value === 1 || undefined;
  });
  return {
    exporter,
    webhook,
    prometheus,
    async stop() {
      await prometheus.stop();
      await alertmanager.stop();
      await webhook.stop();
      await exporter.stop();
    },
  };
}

function tell(what: string, ms: number): void {
  process.stdout.write(`\n  ${what}: ${(ms / 1000).toFixed(1)} s\n`);
}

describeWith(
  ['postgres', 'postgres15', 'prometheus', 'alertmanager'],
  'DROP DATABASE on a real server',
  () => {
    let server: Postgres;
    let pipeline: Pipeline;

    beforeAll(async () => {
      server = await startPostgres({ version: 18 });
      await server.query('CREATE DATABASE simfab_dev');
      await server.query('CREATE DATABASE shop');
      await server.query(`CREATE DATABASE "${HOSTILE.replaceAll('"', '""')}"`);
      const servers = [
        { name: 'main', url: server.url('postgres'), databases: { expect: ['simfab_dev', 'shop', HOSTILE] } },
      ];
      pipeline = await startPipeline(await startExporter({ servers }));
    });
    afterAll(async () => {
      await pipeline?.stop();
      await server?.dispose();
    });

    test('ends in a delivered page that names the database, and in no other page', async () => {
      const { webhook, prometheus } = pipeline;
      const dropped = Date.now();
      await server.query('DROP DATABASE simfab_dev');
      const page = await webhook.waitForAlert(
        { alertname: 'PgVigilDatabaseMissing', datname: 'simfab_dev' },
        PAGE_WITHIN_MS,
      );
      tell('from DROP DATABASE to the delivered page', page.at - dropped);
      expect(page.path).toBe('/page');
      expect(page.alert.labels).toEqual({
        alertname: 'PgVigilDatabaseMissing',
        severity: 'critical',
        server: 'main',
        datname: 'simfab_dev',
      });
      const others = webhook.received
        .flatMap(({ body }) => body.alerts)
        .filter(({ labels }) => labels['severity'] === 'critical');
      expect(new Set(others.map(({ labels }) => labels['datname']))).toEqual(new Set(['simfab_dev']));
      const present = await prometheus.query('pgvigil_database_present{datname="shop"}');
      expect(present.map(({ value }) => value)).toEqual([1]);
    });

    test('the page says why, what shows it, and when the database was last seen', async () => {
      const { webhook, exporter } = pipeline;
      const page = await webhook.waitForAlert({ datname: 'simfab_dev' }, PAGE_WITHIN_MS);
      const { annotations } = page.alert;
      expect(annotations).toMatchObject({ cause: 'database_dropped', confidence: 'observed' });
      expect(annotations['headline']).toMatch(/^Database simfab_dev of main was dropped at [\d:]+ UTC.*\.$/);
      expect(annotations['evidence']?.split('\n')).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^[\d:]+ The server lists its databases, and simfab_dev/),
        ]),
      );
      const [, seconds] = (await exporter.metrics(LAST_SEEN))[0]?.split('} ') ?? [];
      expect(annotations['last_seen']).toBe(new Date(Number(seconds) * 1000).toISOString());
      expect(JSON.stringify(annotations)).not.toContain('error expanding template');
    });

    test('a hostile name breaks neither the page nor what it says', async () => {
      const { webhook } = pipeline;
      await server.query(`DROP DATABASE "${HOSTILE.replaceAll('"', '""')}"`);
      const datname = toLabel(HOSTILE);
      const { alert } = await webhook.waitForAlert({ datname }, PAGE_WITHIN_MS);
      expect(alert.labels).toMatchObject({ alertname: 'PgVigilDatabaseMissing', server: 'main' });
      expect(alert.annotations['description']).toContain(`Database ${datname} is expected on server main`);
      expect(alert.annotations).toMatchObject({ cause: 'database_dropped', confidence: 'observed' });
      expect(alert.annotations['dashboard_url']).toMatch(/var-datname=[\w%+.~-]+$/);
      expect(JSON.stringify(alert.annotations)).not.toContain('error expanding template');
    });
  },
);

describeWith(
  ['root', 'dockerd', 'docker-compose', 'debootstrap', 'prometheus', 'alertmanager'],
  'docker-compose down -v on a real engine',
  () => {
    let docker: PrivateDocker;
    let pipeline: Pipeline;
    let project: string;

    beforeAll(async () => {
      docker = await startDockerd();
      const image = await docker.postgresImage();
      const port = await freePort();
      project = docker.workDirectory;
      writeFileSync(join(project, 'docker-compose.yml'), composeFile(image, port));
      await docker.compose(project, '-p', 'simfab', 'up', '-d');
      const url = `postgres://simfab@127.0.0.1:${port}/simfab_dev`;
      const secret = join(project, 'password');
      writeFileSync(secret, 'correct horse\n', { mode: 0o600 });
      const servers = [{ name: 'main', url, password_file: secret, databases: { expect: ['simfab_dev'] } }];
      const exporter = await startExporter({ servers, docker: { host: docker.host } }, { docker: true });
      await waitFor('the database and its volume are seen', 60_000, async () => {
        const { servers: all, volumes } = await exporter.report();
        const seen = all[0]?.databases.some(
          ({ datname, presence }) => datname === 'simfab_dev' && presence === 'present',
        );
        return (
          (seen && volumes.some(({ name, mounted }) => name === 'simfab_postgres_data' && mounted)) ||
          undefined
        );
      });
      pipeline = await startPipeline(exporter);
    }, 300_000);
    afterAll(async () => {
      await pipeline?.stop();
      await docker?.stop();
    }, 60_000);

    test('ends in a delivered page that names the volume', async () => {
      const { webhook, exporter } = pipeline;
      const removed = Date.now();
      await docker.compose(project, '-p', 'simfab', 'down', '-v');
      const page = await webhook.waitForAlert(
        { alertname: 'PgVigilVolumeMissing', volume: 'simfab_postgres_data' },
        PAGE_WITHIN_MS,
      );
      tell('from docker-compose down -v to the delivered page', page.at - removed);
      expect(page.path).toBe('/page');
      expect(await exporter.metrics('pgvigil_volume_present{volume="simfab_postgres_data"}')).toEqual([
        'pgvigil_volume_present{volume="simfab_postgres_data"} 0',
      ]);
      expect(await exporter.metrics('pgvigil_database_present{server="main",datname="simfab_dev"}')).toEqual([
        'pgvigil_database_present{server="main",datname="simfab_dev"} 0',
      ]);
      const events = await (await fetch(`${exporter.url}/api/v1/events?limit=100`)).text();
      expect(events).toContain('destroy');
      expect(events).not.toContain('correct horse');
    });
  },
);

function composeFile(image: string, port: number): string {
  return `
version: '2.4'
services:
  db:
    image: ${image}
    container_name: simfab-db
    network_mode: host
    command: ['postgres', '-c', 'port=${port}', '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off']
    environment:
      POSTGRES_USER: simfab
      POSTGRES_PASSWORD: correct horse
      POSTGRES_DB: simfab_dev
    volumes: ['postgres_data:/var/lib/postgresql/data']
volumes:
  postgres_data:
`;
}
