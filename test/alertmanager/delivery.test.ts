import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Alertmanager, startAlertmanager } from '../kit/alertmanager.ts';
import { type Exposition, startExposition } from '../kit/exposition.ts';
import { describeWith } from '../kit/needs.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { type SaidServer, saidByPgvigil } from '../kit/said-by-pgvigil.ts';
import { startWebhook, type Webhook } from '../kit/webhook.ts';

const DATABASES = ['one', 'two', 'three', 'four', 'five', 'six'];
/** What is left of 15 s when pgvigil itself has taken a second to look and another one to report. */
const LIMIT_MS = 13_000;

const metrics = (missing: readonly string[]): readonly string[] =>
  saidByPgvigil({ datnames: DATABASES, missing });

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

  test('the watchdog has a way of its own', { timeout: 120_000 }, async () => {
    const { path, alert } = await webhook.waitForAlert({ alertname: 'PgVigilWatchdog' }, 90_000);
    expect(path).toBe('/watchdog');
    expect(alert.labels).toEqual({ alertname: 'PgVigilWatchdog', severity: 'none' });
  });

  test('a cause is one page and silences its symptoms, and a restart is none', {
    timeout: 120_000,
    retry: 0,
  }, async () => {
    const allGone = { datnames: DATABASES, missing: DATABASES };
    const say = (...servers: readonly SaidServer[]): void =>
      exposition.set([...metrics([]), ...servers.flatMap(saidByPgvigil)]);
    const pagesAbout = (server: string): readonly string[] =>
      webhook.received
        .filter(({ path, body }) => path === '/page' && body.groupLabels['server'] === server)
        .map(({ body }) => `${body.status} ${body.alerts.map(({ labels }) => labels['alertname']).join()}`);
    const lost: readonly SaidServer[] = [
      { ...allGone, server: 'removed', volumeThere: false, up: false },
      { ...allGone, server: 'empty', same: false },
    ];
    say(...lost, { server: 'restarting', datnames: DATABASES, up: false });
    await webhook.waitForAlert({ alertname: 'PgVigilVolumeMissing', server: 'removed' }, 30_000);
    await webhook.waitForAlert({ alertname: 'PgVigilServerReplaced', server: 'empty' }, 30_000);
    // Long enough for every rule to be evaluated, and for a container to be replaced.
    await sleep(15_000);
    expect(pagesAbout('removed')).toEqual(['firing PgVigilVolumeMissing']);
    expect(pagesAbout('empty')).toEqual(['firing PgVigilServerReplaced']);

    say(...['removed', 'empty', 'restarting'].map((server) => ({ server, datnames: DATABASES })));
    await webhook.waitForAlert({ alertname: 'PgVigilVolumeMissing' }, 40_000, 'resolved');
    await webhook.waitForAlert({ alertname: 'PgVigilServerReplaced' }, 40_000, 'resolved');
    await sleep(4_000);
    expect(pagesAbout('removed')).toEqual(['firing PgVigilVolumeMissing', 'resolved PgVigilVolumeMissing']);
    expect(pagesAbout('empty')).toEqual(['firing PgVigilServerReplaced', 'resolved PgVigilServerReplaced']);
    expect(pagesAbout('restarting')).toEqual([]);
    expect(await prometheus.query('pgvigil_server_up{server="restarting"}')).toMatchObject([{ value: 1 }]);
  });
});
