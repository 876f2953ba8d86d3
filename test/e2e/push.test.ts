import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Alertmanager, startAlertmanager } from '../kit/alertmanager.ts';
import { type Exporter, startExporter } from '../kit/exporter.ts';
import { describeWith } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { statusesOf, turnsOf } from '../kit/told.ts';
import { waitFor } from '../kit/wait.ts';
import { startWebhook, type Webhook } from '../kit/webhook.ts';

/** Target for a page that is pushed (p95), with room for a machine that pauses. */
const PUSHED_WITHIN_MS = 6000;
/** The life of a pushed alert, the next look of Alertmanager at it, and the same room. */
const LAPSED_WITHIN_MS = 60_000;

/** pgvigil that pushes, beside the shipped Prometheus and Alertmanager configuration. */
interface Pair {
  readonly server: Postgres;
  readonly exporter: Exporter;
  readonly webhook: Webhook;
  readonly alertmanager: Alertmanager;
  readonly prometheus: Prometheus;
}

async function startPair(expect: readonly string[]): Promise<Pair> {
  const [server, webhook] = await Promise.all([startPostgres({ version: 18 }), startWebhook()]);
  const alertmanager = await startAlertmanager({ webhookUrl: webhook.url });
  for (const datname of expect) await server.query(`CREATE DATABASE ${datname}`);
  const exporter = await startExporter({
    servers: [{ name: 'main', url: server.url('postgres'), databases: { expect } }],
    alertmanager: { urls: [alertmanager.url] },
  });
  const prometheus = await startPrometheus({
    targets: [exporter.address],
    alertmanagers: [alertmanager.address],
  });
  await waitFor('Prometheus has scraped pgvigil', 20_000, async () => {
    const [up] = await prometheus.query('up{job="pgvigil"}');
    return up?.value === 1 || undefined;
  });
  return { server, exporter, webhook, alertmanager, prometheus };
}

async function stopPair(pair: Pair | undefined): Promise<void> {
  await pair?.prometheus.stop();
  await pair?.exporter.stop();
  await pair?.alertmanager.stop();
  await pair?.webhook.stop();
  await pair?.server.dispose();
}

const missing = (datname: string) => ({ alertname: 'PgVigilDatabaseMissing', datname });

describeWith(['postgres', 'prometheus', 'alertmanager'], 'Prometheus and pushes together', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(['shop', 'orders']);
  });
  afterAll(() => stopPair(pair));

  test('are one page over opening, the time between and the end', { timeout: 180_000 }, async () => {
    const { server, webhook, prometheus, exporter } = pair;
    const lostAt = Date.now();
    await server.query('ALTER DATABASE shop RENAME TO gone');
    const page = await webhook.waitForAlert(missing('shop'), 30_000);
    expect(page.at - lostAt).toBeLessThan(PUSHED_WITHIN_MS);
    expect(page.alert.labels).toEqual({ ...missing('shop'), severity: 'critical', server: 'main' });
    expect(page.alert.annotations).toMatchObject({ cause: 'database_renamed', confidence: 'observed' });
    await waitFor('Prometheus fires too', 30_000, async () => {
      const alerts = await prometheus.alerts();
      return (
        alerts.some(({ state, labels }) => state === 'firing' && labels['datname'] === 'shop') || undefined
      );
    });
    // Two pushes and several evaluations later nobody has heard of it again.
    await sleep(25_000);
    expect(statusesOf(webhook, missing('shop'))).toEqual(['firing']);
    expect(
      Number((await exporter.metrics('pgvigil_alert_pushes_total{outcome="delivered"}'))[0]?.split(' ')[1]),
    ).toBeGreaterThan(3);

    await server.query('ALTER DATABASE gone RENAME TO shop');
    await webhook.waitForAlert(missing('shop'), 30_000, 'resolved');
    await sleep(15_000);
    expect(statusesOf(webhook, missing('shop'))).toEqual(['firing', 'resolved']);
  });

  test('stay one page when pgvigil is killed and comes back', { timeout: 180_000 }, async () => {
    const { server, webhook, exporter } = pair;
    await server.query('DROP DATABASE orders');
    await webhook.waitForAlert(missing('orders'), 30_000);
    await waitFor('Prometheus fires too', 30_000, async () => {
      const alerts = await pair.prometheus.alerts();
      return alerts.some(({ labels }) => labels['datname'] === 'orders') || undefined;
    });
    exporter.running().signal('SIGKILL');
    // Longer than what was pushed lives by itself.
    await sleep(50_000);
    // Told together with what else becomes known of its server, but neither over nor anew.
    expect(turnsOf(webhook, missing('orders'))).toEqual(['firing']);
    await exporter.restart();
    await sleep(5000);
    expect(turnsOf(webhook, missing('orders'))).toEqual(['firing']);
  });
});

describeWith(['postgres', 'prometheus', 'alertmanager'], 'pushes alone', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(['shop']);
  });
  afterAll(() => stopPair(pair));

  test('page while Prometheus is dead, and end by themselves', { timeout: 180_000 }, async () => {
    const { server, webhook, prometheus, alertmanager } = pair;
    await prometheus.stop();
    const lostAt = Date.now();
    await server.query('ALTER DATABASE shop RENAME TO gone');
    const page = await webhook.waitForAlert(missing('shop'), 30_000);
    expect(page.at - lostAt).toBeLessThan(PUSHED_WITHIN_MS);
    const held = async () => (await alertmanager.alerts()).find(({ labels }) => labels['datname'] === 'shop');
    const first = (await held())?.endsAt ?? '';
    await waitFor('it is pushed again', 20_000, async () => {
      const now = (await held())?.endsAt ?? '';
      return now > first || undefined;
    });
    await server.query('ALTER DATABASE gone RENAME TO shop');
    await webhook.waitForAlert(missing('shop'), LAPSED_WITHIN_MS, 'resolved');
    expect(statusesOf(webhook, missing('shop'))).toEqual(['firing', 'resolved']);
  });
});
