import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AlertmanagerPair, startAlertmanagerPair } from '../kit/alertmanager-pair.ts';
import { type Exposition, startExposition } from '../kit/exposition.ts';
import { describeWith } from '../kit/needs.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { saidByPgvigil } from '../kit/said-by-pgvigil.ts';
import { waitFor } from '../kit/wait.ts';
import { type Received, startWebhook, type Webhook } from '../kit/webhook.ts';

/** What docs/alertmanager.md advises; the default of 15 s makes a page that much later when the first member died. */
const PEER_TIMEOUT_MS = 5_000;
/** Scrape, evaluation and `group_wait`. */
const PAGE_WITHIN_MS = 13_000;
/** A group is looked at again after `group_interval`. */
const GROUP_INTERVAL_MS = 2_000;

const DATABASES = Array.from({ length: 50 }, (_, index) => `tenant_${index}`);
const ONE_MORE = 'shop';

describeWith(['prometheus', 'alertmanager'], 'two of each', () => {
  let exposition: Exposition;
  let webhook: Webhook;
  let pair: AlertmanagerPair;
  let prometheuses: readonly Prometheus[] = [];
  const metrics = (missing: readonly string[]): readonly string[] =>
    saidByPgvigil({ datnames: [...DATABASES, ONE_MORE], missing });

  beforeAll(async () => {
    exposition = await startExposition(metrics([]));
    webhook = await startWebhook();
    pair = await startAlertmanagerPair({ webhookUrl: webhook.url }, `${PEER_TIMEOUT_MS}ms`);
    const options = {
      targets: [exposition.address],
      alertmanagers: [pair.first.address, pair.second.address],
    };
    prometheuses = await Promise.all([startPrometheus(options), startPrometheus(options)]);
  });
  afterAll(async () => {
    await Promise.all(prometheuses.map((prometheus) => prometheus.stop()));
    await pair?.stop();
    await webhook?.stop();
    await exposition?.stop();
  });

  const pagesAbout = (datname: string): readonly Received[] =>
    webhook.received.filter(
      ({ path, body }) => path === '/page' && body.alerts.some(({ labels }) => labels['datname'] === datname),
    );
  /** Until everybody that is left has had the time to send it too. */
  async function untilAllHaveHad(datname: string, alive: readonly Prometheus[]): Promise<void> {
    await waitFor(`all of Prometheus has noticed ${datname}`, 30_000, async () => {
      const alerts = await Promise.all(alive.map((prometheus) => prometheus.alerts()));
      return alerts.every((some) => some.some(({ labels }) => labels['datname'] === datname)) || undefined;
    });
    await sleep(PEER_TIMEOUT_MS + 2 * GROUP_INTERVAL_MS);
  }

  test('tell fifty databases lost at once with one page', async () => {
    const lostAt = Date.now();
    exposition.set(metrics(DATABASES));
    const page = await webhook.waitForAlert({ datname: 'tenant_7' }, 30_000);
    expect(page.at - lostAt).toBeLessThan(PAGE_WITHIN_MS);
    await untilAllHaveHad('tenant_7', prometheuses);
    const [first, ...others] = pagesAbout('tenant_7');
    expect(others).toEqual([]);
    expect(first?.body.alerts).toHaveLength(DATABASES.length);
  });

  test('tell the next loss with one page when one of each was killed', { retry: 0 }, async () => {
    const [dead, alive] = prometheuses;
    if (!dead || !alive) throw new Error('two are running');
    dead.kill();
    pair.first.kill();
    const lostAt = Date.now();
    exposition.set(metrics([...DATABASES, ONE_MORE]));
    const page = await webhook.waitForAlert({ datname: ONE_MORE }, 60_000);
    process.stdout.write(`\n  from a loss to the page of what is left: ${(page.at - lostAt) / 1000} s\n`);
    expect(page.at - lostAt).toBeLessThan(PAGE_WITHIN_MS + PEER_TIMEOUT_MS + GROUP_INTERVAL_MS);
    await untilAllHaveHad(ONE_MORE, [alive]);
    expect(pagesAbout(ONE_MORE)).toHaveLength(1);
  });
});
