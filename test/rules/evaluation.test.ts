import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Alertmanager, startAlertmanager } from '../kit/alertmanager.ts';
import { type Exporter, startExporter } from '../kit/exporter.ts';
import { describeWith } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { ruleQueries } from '../kit/rule-queries.ts';
import { waitFor } from '../kit/wait.ts';
import { startWebhook, type Webhook } from '../kit/webhook.ts';

/** Two pgvigil that watch one server see the same: what a rule joins must not meet twice. */
describeWith(['postgres', 'prometheus', 'alertmanager'], 'the rules on what two pgvigil export', () => {
  let server: Postgres;
  const exporters: Exporter[] = [];
  let webhook: Webhook;
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;

  beforeAll(async () => {
    server = await startPostgres({ version: 18 });
    await server.query('CREATE DATABASE shop');
    await server.query('CREATE DATABASE crm');
    const servers = [
      { name: 'main', url: server.url('postgres'), databases: { expect: ['shop', 'crm'] } },
      { name: 'gone', url: 'postgres://nobody@127.0.0.1:1/postgres' },
    ];
    exporters.push(await startExporter({ servers }));
    // Docker that does not answer has series of its own.
    exporters.push(
      await startExporter({ servers, docker: { host: 'unix:///run/no-docker.sock' } }, { docker: true }),
    );
    webhook = await startWebhook();
    alertmanager = await startAlertmanager({ webhookUrl: webhook.url });
    prometheus = await startPrometheus({
      targets: exporters.map(({ address }) => address),
      alertmanagers: [alertmanager.address],
    });
    await waitFor('both are scraped', 30_000, async () => {
      const seen = await prometheus.query('pgvigil_database_present{datname="shop"} == 1');
      return seen.length === exporters.length || undefined;
    });
    await server.query('DROP DATABASE shop');
  });
  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    await webhook?.stop();
    for (const exporter of exporters) await exporter.stop();
    await server?.dispose();
  });

  test('one loss is one alert, and says why', async () => {
    const { alert } = await webhook.waitForAlert({ alertname: 'PgVigilDatabaseMissing' }, 30_000);
    expect(alert.labels).toEqual({
      alertname: 'PgVigilDatabaseMissing',
      severity: 'critical',
      server: 'main',
      datname: 'shop',
    });
    await waitFor('its cause is told', 30_000, async () => {
      const [missing] = (await prometheus.alerts()).filter(
        ({ labels }) => labels['alertname'] === 'PgVigilDatabaseMissing',
      );
      return missing?.annotations['cause'] === 'database_dropped' || undefined;
    });
  });

  test('every expression and every query of a template can be evaluated', async () => {
    const results = await Promise.all(ruleQueries().map(({ query }) => prometheus.query(query.text)));
    expect(results.length).toBeGreaterThan(100);
    // Some are about what is the case here, or this would prove nothing.
    expect(results.filter((found) => found.length > 0).length).toBeGreaterThan(10);
  });

  test('Prometheus itself had no trouble with them, and no template failed', async () => {
    const rules = await waitFor('all were evaluated', 90_000, async () => {
      const all = (await prometheus.ruleGroups()).flatMap((group) => group.rules);
      return all.every(({ health }) => health !== 'unknown') ? all : undefined;
    });
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    const failures = await prometheus.query('prometheus_rule_evaluation_failures_total');
    expect(failures.length).toBeGreaterThan(10);
    expect(failures.filter(({ value }) => value > 0)).toEqual([]);
    const alerts = await prometheus.alerts();
    expect(alerts.length).toBeGreaterThan(5);
    for (const { annotations } of alerts) {
      expect(Object.values(annotations).join('\n')).not.toMatch(/error expanding template|<no value>/);
    }
    expect(prometheus.output()).not.toMatch(/many-to-many|duplicate series|Evaluating rule failed/);
  });
});
