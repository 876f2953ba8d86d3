import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { makeWorkspace, ROOT } from '../kit/bundle.ts';
import { startFleet } from '../kit/fleet.ts';
import { describeWith, program } from '../kit/needs.ts';
import { freePort } from '../kit/ports.ts';
import { run, start } from '../kit/process.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { waitFor } from '../kit/wait.ts';

const FLEET = join(ROOT, 'prometheus/fleet');
const FILES = readdirSync(FLEET).filter((file) => file.endsWith('.yml'));
const isAgent = (file: string): boolean => file.startsWith('agent-');

interface PrometheusYaml {
  global: { external_labels?: Record<string, string> };
  alerting?: { alert_relabel_configs: { action: string; regex: string }[] };
  scrape_configs: { job_name: string; relabel_configs: object[]; file_sd_configs: { files: string[] }[] }[];
  remote_write?: { url: string; basic_auth: { password_file: string } }[];
}
const read = (file: string): PrometheusYaml =>
  parse(readFileSync(join(FLEET, file), 'utf8')) as PrometheusYaml;

type Labels = Readonly<Record<string, string>>;

/** What tests started, last first. */
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
function ended<T extends { stop: () => Promise<unknown> }>(started: T): T {
  ends.push(async () => void (await started.stop()));
  return started;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended({
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function workspaceFor(name: string) {
  const workspace = await makeWorkspace(name);
  ends.push(workspace.remove);
  return workspace;
}

/** Hosts that Prometheus has found, of job `pgvigil`. */
async function foundHosts({ query }: Pick<Prometheus, 'query'>): Promise<string[]> {
  return (await query('up{job="pgvigil"}')).map(({ labels }) => labels['host'] ?? '').sort();
}

describeWith(['prometheus'], 'the files of a fleet', () => {
  test.each(FILES)('%s is valid', async (file) => {
    const args = ['check', 'config', ...(isAgent(file) ? ['--agent'] : []), join(FLEET, file)];
    const { code, output } = await run({ command: program('promtool'), args });
    expect(code, output).toBe(0);
  });

  // What Prometheus adds to an alert and pgvigil does not push makes two alerts of one.
  test.each(FILES.filter((file) => !isAgent(file)))('%s keeps its own labels out of alerts', (file) => {
    const { global, alerting } = read(file);
    const dropped = (alerting?.alert_relabel_configs ?? []).filter(({ action }) => action === 'labeldrop');
    const kept = Object.keys(global.external_labels ?? {}).filter(
      (label) => !dropped.some(({ regex }) => new RegExp(`^(${regex})$`).test(label)),
    );
    expect(kept).toEqual([]);
  });

  test('the same relabelling gives every file its host', () => {
    const [first, ...others] = FILES.map((file) => {
      const job = read(file).scrape_configs.find(({ job_name }) => job_name === 'pgvigil');
      return job?.relabel_configs[0];
    });
    expect(first).toMatchObject({ target_label: 'host' });
    for (const other of others) expect(other).toEqual(first);
  });

  test('an inventory over HTTP is followed, and its failure forgets nobody', async () => {
    const fleet = ended(await startFleet(2, ['shop']));
    const [one, two] = fleet.hosts;
    let answer: { status: number; body: unknown } = {
      status: 200,
      body: [{ targets: [one?.address], labels: { host: 'vps-1' } }, { targets: [two?.address] }],
    };
    const asked: (string | undefined)[] = [];
    const inventory = await serve((request, response) => {
      asked.push(request.headers['x-prometheus-refresh-interval-seconds'] as string | undefined);
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.body));
    });
    const workspace = await workspaceFor('inventory');
    const file = await workspace.write(
      'prometheus.yml',
      readFileSync(join(FLEET, 'http-sd.yml'), 'utf8').replace(
        'refresh_interval: 1m',
        'refresh_interval: 1s',
      ),
    );
    const prometheus = ended(
      await startPrometheus({ configFile: file, discovery: inventory, ruleFiles: [] }),
    );
    // The second one has no label of its own: the host of its address stands in.
    await waitFor('both are found', 30_000, async () => {
      const found = await foundHosts(prometheus);
      return found.length === 2 ? expect(found).toEqual(['127.0.0.1', 'vps-1']) === undefined : undefined;
    });
    answer = { status: 500, body: 'the inventory is away' };
    const before = asked.length;
    await waitFor('it was asked again, twice', 10_000, async () => asked.length >= before + 3 || undefined);
    expect(await foundHosts(prometheus)).toHaveLength(2);
  });

  test('a shard takes its part of the hosts, and all of a host', async () => {
    const workspace = await workspaceFor('shard');
    const hosts = Array.from({ length: 100 }, (_, index) => `vps-${index}`);
    // Nobody listens there: what is up is not the question. Two pgvigil per host.
    const targets = hosts.map((host, index) => ({
      targets: [`127.0.0.1:${1000 + index}`, `127.0.0.2:${1000 + index}`],
      labels: { host },
    }));
    const discovery = await workspace.write('hosts.yml', stringify(targets));
    const prometheus = ended(
      await startPrometheus({ configFile: join(FLEET, 'shard.yml'), discovery, ruleFiles: [] }),
    );
    const found = await waitFor('they are shared out', 30_000, async () => {
      const response = await fetch(`${prometheus.url}/api/v1/targets?state=active`);
      const { data } = (await response.json()) as { data: { activeTargets: { labels: Labels }[] } };
      const ours = data.activeTargets.filter(({ labels }) => labels['job'] === 'pgvigil');
      return ours.length > 0 ? ours.map(({ labels }) => labels['host'] ?? '') : undefined;
    });
    const taken = new Set(found);
    expect(taken.size).toBeGreaterThan(10);
    expect(taken.size).toBeLessThan(40);
    for (const host of taken) expect(found.filter((one) => one === host)).toHaveLength(2);
  });

  test('an agent sends with its password what the rules of a Prometheus elsewhere need', async () => {
    const fleet = ended(await startFleet(2, ['shop', 'crm']));
    const central = ended(
      await startPrometheus({ targets: [], flags: ['--web.enable-remote-write-receiver'] }),
    );
    const authorized = `Basic ${Buffer.from('pgvigil:sesame').toString('base64')}`;
    const refused: unknown[] = [];
    const door = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (request.headers.authorization !== authorized) {
        refused.push(request.headers.authorization);
        response.writeHead(401).end();
        return;
      }
      const headers = Object.entries(request.headers).filter(([name]) =>
        /^(content-(type|encoding)|x-)/.test(name),
      );
      const answer = await fetch(`${central.url}/api/v1/write`, {
        method: 'POST',
        headers: Object.fromEntries(headers) as Record<string, string>,
        body: Buffer.concat(chunks),
      });
      response.writeHead(answer.status).end(await answer.text());
    });
    const workspace = await workspaceFor('agent');
    const config = read('agent-victoriametrics.yml');
    for (const one of config.remote_write ?? []) {
      one.url = `${door}/api/v1/write`;
      one.basic_auth.password_file = await workspace.write('password', 'sesame\n');
    }
    const targets = fleet.hosts.map(({ host, address }) => ({ targets: [address], labels: { host } }));
    const [job] = config.scrape_configs;
    if (job) job.file_sd_configs = [{ files: [await workspace.write('hosts.yml', stringify(targets))] }];
    ended(
      await start({
        command: program('prometheus'),
        args: [
          '--enable-feature=agent',
          `--config.file=${await workspace.write('agent.yml', stringify(config))}`,
          `--storage.agent.path=${workspace.directory}/data`,
          `--web.listen-address=127.0.0.1:${await freePort()}`,
          '--log.level=warn',
        ],
      }),
    );
    await waitFor('both hosts arrive', 30_000, async () =>
      (await foundHosts(central)).length === 2 ? true : undefined,
    );
    fleet.hosts[1]?.lose('crm');
    const alert = await waitFor('the loss is an alert', 30_000, async () =>
      (await central.alerts()).find(({ labels }) => labels['alertname'] === 'PgVigilDatabaseMissing'),
    );
    expect(alert).toMatchObject({
      state: 'firing',
      labels: {
        alertname: 'PgVigilDatabaseMissing',
        severity: 'critical',
        host: 'vps-002',
        server: 'main',
        datname: 'crm',
      },
    });
    expect(Object.keys(alert.labels)).toHaveLength(5);
    expect(refused).toEqual([]);
  });
});
