import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { alertsOf } from '../../src/present/alerts/payload.ts';
import { toldOf } from '../../src/present/alerts/told.ts';
import { type Alertmanager, startAlertmanager } from '../kit/alertmanager.ts';
import { makeWorkspace, ROOT, type Workspace } from '../kit/bundle.ts';
import { type Fleet, startFleet } from '../kit/fleet.ts';
import { describeWith } from '../kit/needs.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { waitFor } from '../kit/wait.ts';
import { type Delivered, startWebhook, type Webhook } from '../kit/webhook.ts';

const HOSTS = 200;
const DATABASES = Array.from({ length: 10 }, (_, index) => `shop_${index}`);
const ONE = 'vps-017';

describeWith(['prometheus', 'alertmanager'], `${HOSTS} hosts whose servers are all called main`, () => {
  let workspace: Workspace;
  let fleet: Fleet;
  let webhook: Webhook;
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;
  beforeAll(async () => {
    workspace = await makeWorkspace('fleet');
    fleet = await startFleet(HOSTS, DATABASES);
    webhook = await startWebhook();
    alertmanager = await startAlertmanager({ webhookUrl: webhook.url });
    const targets = fleet.hosts.map(({ host, address }) => ({ targets: [address], labels: { host } }));
    prometheus = await startPrometheus({
      configFile: join(ROOT, 'prometheus/fleet/file-sd.yml'),
      discovery: await workspace.write('hosts.yml', stringify(targets)),
      alertmanagers: [alertmanager.address],
    });
    await waitFor('all hosts are scraped', 90_000, async () => {
      const [up] = await prometheus.query('count(up{job="pgvigil"} == 1)');
      return up?.value === HOSTS || undefined;
    });
  });
  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    await webhook?.stop();
    await fleet?.stop();
    await workspace?.remove();
  });

  const value = async (expr: string): Promise<number | undefined> => (await prometheus.query(expr))[0]?.value;
  /** The pages since then that tell of losses. */
  const losses = (since: number): Delivered[] =>
    webhook.received
      .slice(since)
      .map(({ body }) => body)
      .filter(({ alerts }) => alerts.some(({ labels }) => labels['alertname'] === 'PgVigilDatabaseMissing'));

  test('the overview counts them', { timeout: 90_000 }, async () => {
    const expected = HOSTS * DATABASES.length;
    await waitFor('the overview is recorded', 60_000, async () => {
      const recorded = await value('fleet:pgvigil_database_expected:sum');
      return recorded === expected || undefined;
    });
    expect(await value('fleet:up:sum')).toBe(HOSTS);
    expect(await value('fleet:pgvigil_database_present:sum')).toBe(expected);
    expect(await value('fleet:pgvigil_database_missing:sum')).toBe(0);
    expect(await value('fleet:pgvigil_database_unknown:sum')).toBe(0);
    expect(await prometheus.query('host:pgvigil_filesystem_avail_per_size:ratio_min')).toHaveLength(HOSTS);
  });

  test('one loss is one page with its host', async () => {
    const before = webhook.received.length;
    fleet.hosts.find(({ host }) => host === ONE)?.lose('shop_3');
    const { path, alert } = await webhook.waitForAlert({ alertname: 'PgVigilDatabaseMissing' }, 30_000);
    expect(path).toBe('/page');
    expect(alert.labels).toEqual({
      alertname: 'PgVigilDatabaseMissing',
      severity: 'critical',
      host: ONE,
      server: 'main',
      datname: 'shop_3',
    });
    const firing = (await prometheus.alerts()).filter(
      ({ state, labels }) => state === 'firing' && labels['severity'] === 'critical',
    );
    expect(firing.map(({ labels }) => labels['host'])).toEqual([ONE]);
    expect(losses(before).flatMap(({ alerts }) => alerts)).toHaveLength(1);
    await waitFor('the overview shows it', 30_000, async () => {
      const missing = await prometheus.query('host_server:pgvigil_database_missing:sum > 0');
      const open = await value('sum(kind_cause:pgvigil_incident_open:sum)');
      return missing.length === 1 && missing[0]?.labels['host'] === ONE && open === 1 ? true : undefined;
    });
  });

  test('what the pgvigil of that host pushes is the same alert', async () => {
    const host = fleet.hosts.find((one) => one.host === ONE);
    const report = host?.report();
    if (report === undefined) throw new Error(`there is no ${ONE}`);
    // `alertmanager.labels` of its configuration.
    const settings = { labels: { host: ONE }, dashboardUrl: 'http://localhost:3000' };
    const pushed = alertsOf(toldOf(report, new Set()), report, settings);
    expect(pushed).toHaveLength(1);
    const endsAt = new Date(Date.now() + 60_000).toISOString();
    await alertmanager.post(pushed.map(({ labels, annotations }) => ({ labels, annotations, endsAt })));
    const held = (await alertmanager.alerts()).filter(({ labels }) => labels['severity'] === 'critical');
    expect(held.map(({ labels }) => labels)).toEqual(pushed.map(({ labels }) => labels));
  });

  test('a loss on every host at once is told of every host', { timeout: 90_000 }, async () => {
    const before = webhook.received.length;
    for (const host of fleet.hosts) host.lose('shop_7');
    const alerts = await waitFor('all hosts are told', 60_000, async () => {
      const told = losses(before).flatMap((one) => one.alerts);
      const hosts = new Set(
        told.filter(({ labels }) => labels['datname'] === 'shop_7').map(({ labels }) => labels['host']),
      );
      return hosts.size === HOSTS ? told : undefined;
    });
    expect(alerts.length).toBeGreaterThanOrEqual(HOSTS);
    // One message for each host: who takes the first has not taken the others.
    for (const message of losses(before)) {
      expect(new Set(message.alerts.map(({ labels }) => labels['host'])).size).toBe(1);
    }
    process.stdout.write(`\n${HOSTS} losses at once: ${losses(before).length} messages\n`);
  });

  // By what Prometheus says of itself: the list of rules with all alerts of so many hosts is megabytes.
  test('every rule is evaluated, well within its interval', { timeout: 120_000 }, async () => {
    const groups = await prometheus.query('prometheus_rule_group_interval_seconds');
    expect(groups.length).toBeGreaterThan(6);
    // Prometheus begins with a group within its first interval, which is a minute for the slowest one.
    await waitFor('every group was evaluated', 90_000, async () => {
      const evaluated = await prometheus.query('prometheus_rule_group_iterations_total > 0');
      return evaluated.length === groups.length || undefined;
    });
    expect(await prometheus.query('prometheus_rule_evaluation_failures_total > 0')).toEqual([]);
    // The quickest of the last ones: what a group costs, and not what else this machine was doing. One that takes
    // longer than its interval is skipped.
    const took = await prometheus.query('min_over_time(prometheus_rule_group_last_duration_seconds[2m])');
    const intervals = new Map(groups.map(({ labels, value }) => [labels['rule_group'], value]));
    expect(took).toHaveLength(groups.length);
    for (const { labels, value: seconds } of took) {
      const group = labels['rule_group'];
      expect(seconds, group).toBeLessThan((intervals.get(group) ?? 0) / 4);
    }
    const text = await figures();
    process.stdout.write(`\n${text}\n`);
  });

  async function figures(): Promise<string> {
    const groups = await prometheus.query('min_over_time(prometheus_rule_group_last_duration_seconds[2m])');
    const seconds = groups.map(
      ({ labels, value: took }) => `${labels['rule_group']?.split(';')[1]} ${(took * 1000).toFixed(1)} ms`,
    );
    return [
      `series per host: ${await value('count({job="pgvigil"}) / count(up{job="pgvigil"})')}`,
      `series in the head: ${await value('prometheus_tsdb_head_series')}`,
      `samples appended per second: ${await value('rate(prometheus_tsdb_head_samples_appended_total[30s])')}`,
      `scrape: ${await value('avg(scrape_duration_seconds{job="pgvigil"})')} s`,
      `memory: ${((await value('process_resident_memory_bytes{job="prometheus"}')) ?? 0) / 2 ** 20} MiB`,
      `cpu: ${await value('rate(process_cpu_seconds_total{job="prometheus"}[1m])')}`,
      ...seconds,
    ].join('\n');
  }
});
