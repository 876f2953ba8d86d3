import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Alertmanager, startAlertmanager } from '../kit/alertmanager.ts';
import { type Exposition, startExposition } from '../kit/exposition.ts';
import { describeWith } from '../kit/needs.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { saidByPgvigil } from '../kit/said-by-pgvigil.ts';
import { startWebhook, type Webhook } from '../kit/webhook.ts';

const DATABASES = ['one', 'two', 'three', 'four', 'five', 'six'];
/** What is left of 15 s when pgvigil itself has taken a second to look and another one to report. */
const LIMIT_MS = 13_000;

const metrics = (missing: readonly string[], up = true): readonly string[] =>
  saidByPgvigil({ datnames: DATABASES, missing, up });

describeWith(['prometheus', 'alertmanager'], 'the shipped timings', () => {
  let exposition: Exposition;
  let webhook: Webhook;
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;
  beforeAll(async () => {
    exposition = await startExposition(metrics([]));
    webhook = await startWebhook();
    alertmanager = await startAlertmanager({ webhookUrl: webhook.url });
    prometheus = await startPrometheus({
      targets: [exposition.address],
      alertmanagers: [alertmanager.address],
    });
  });
  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    await webhook?.stop();
    await exposition?.stop();
  });

  test('a loss is a page within the target, whenever it happens', {
    timeout: 180_000,
    retry: 0,
  }, async () => {
    const lostAt: number[] = [];
    for (const index of DATABASES.keys()) {
      // Spread over the phases of the 5 s intervals.
      await sleep(850);
      lostAt.push(Date.now());
      exposition.set(metrics(DATABASES.slice(0, index + 1)));
    }
    const tookMs: number[] = [];
    for (const [index, datname] of DATABASES.entries()) {
      const { at, path, alert } = await webhook.waitForAlert({ datname }, 30_000);
      tookMs.push(at - (lostAt[index] ?? 0));
      expect(path).toBe('/page');
      // Exactly these: an alert pushed by pgvigil itself has to be the same one.
      expect(alert.labels).toEqual({
        alertname: 'PgVigilDatabaseMissing',
        severity: 'critical',
        server: 'main',
        datname,
      });
    }
    process.stdout.write(`\n  from a loss to its page: ${tookMs.map((ms) => ms / 1000).join(', ')} s\n`);
    expect(Math.min(...tookMs)).toBeGreaterThan(0);
    expect(Math.max(...tookMs), `each: ${tookMs.join(', ')} ms`).toBeLessThan(LIMIT_MS);
  });

  test('its return is told too', { timeout: 60_000 }, async () => {
    exposition.set(metrics([]));
    await webhook.waitForAlert({ datname: 'one' }, 30_000, 'resolved');
  });

  test('the heartbeat has a way of its own', { timeout: 120_000 }, async () => {
    const { path, alert } = await webhook.waitForAlert({ alertname: 'PgVigilWatchdog' }, 90_000);
    expect(path).toBe('/heartbeat');
    expect(alert.labels).toEqual({ alertname: 'PgVigilWatchdog', severity: 'none' });
  });

  test('a restart of the server pages nobody', { timeout: 120_000 }, async () => {
    const before = webhook.received.length;
    exposition.set(metrics([], false));
    await sleep(20_000);
    exposition.set(metrics([]));
    await sleep(8_000);
    const alerts = webhook.received.slice(before).flatMap(({ body }) => body.alerts);
    const firing = alerts.filter(
      ({ status, labels }) => status === 'firing' && labels['alertname'] !== 'PgVigilWatchdog',
    );
    expect(firing).toEqual([]);
    expect(await prometheus.query('pgvigil_server_up')).toMatchObject([{ value: 1 }]);
  });
});
