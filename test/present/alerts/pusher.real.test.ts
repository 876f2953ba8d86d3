import { lookup } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlertmanagerConfig } from '../../../src/model/config.ts';
import type { Incident } from '../../../src/model/incident.ts';
import type { Report } from '../../../src/model/report.ts';
import { Secret } from '../../../src/model/secret.ts';
import { LIFETIME_MS } from '../../../src/present/alerts/batch.ts';
import { createPusher, type Pusher } from '../../../src/present/alerts/pusher.ts';
import { server, wellReport } from '../../fixtures/report.ts';
import { type Alertmanager, startAlertmanager } from '../../kit/alertmanager.ts';
import { realClock } from '../../kit/clock.ts';
import { incident } from '../../kit/incidents.ts';
import { listLog } from '../../kit/list-log.ts';
import { describeWith } from '../../kit/needs.ts';
import { freePort } from '../../kit/ports.ts';
import { waitFor } from '../../kit/wait.ts';
import { startWebhook, type Webhook } from '../../kit/webhook.ts';

const CANARY = 'kanarienvogel';

interface Stranger {
  readonly url: string;
  readonly posts: string[];
  readonly logins: (string | undefined)[];
  /** The status it answers with; `undefined`: it hangs. */
  status: number | undefined;
  readonly stop: () => void;
}

/** Something that is no Alertmanager, or one that is not well. */
async function startStranger(status: number | undefined): Promise<Stranger> {
  const posts: string[] = [];
  const logins: (string | undefined)[] = [];
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    posts.push(Buffer.concat(chunks).toString());
    logins.push(request.headers.authorization);
    if (stranger.status !== undefined) response.writeHead(stranger.status).end();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const stranger: Stranger = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    posts,
    logins,
    status,
    stop() {
      http.close();
      http.closeAllConnections();
    },
  };
  return stranger;
}

const settings = (...urls: readonly string[]): AlertmanagerConfig => ({
  urls,
  labels: {},
  dashboardUrl: 'http://localhost:3000',
  basicAuth: undefined,
  ca: undefined,
});

/** A report of this moment. */
function reportOf(...incidents: readonly Incident[]): Report {
  const servers = [
    server({ name: 'main', up: undefined, state: undefined, identityMatch: undefined, databases: [] }),
  ];
  return wellReport({ incidents, servers, volumes: [], monotonicMs: performance.now() });
}

const lost = (datname: string): Incident =>
  incident('database_missing', { id: `id-${datname}`, datname, since: Date.now() });

describeWith(['alertmanager'], 'pushes to Alertmanager', () => {
  let webhook: Webhook;
  let one: Alertmanager;
  let two: Alertmanager;
  const log = listLog();
  const pushers: Pusher[] = [];
  const strangers: Stranger[] = [];
  const pusher = (config: AlertmanagerConfig, maxAgeMs = 60_000): Pusher => {
    const made = createPusher({ clock: realClock, log, lookup, maxReportAgeMs: () => maxAgeMs });
    pushers.push(made);
    made.apply(config);
    return made;
  };
  const stranger = async (status: number | undefined): Promise<Stranger> => {
    const made = await startStranger(status);
    strangers.push(made);
    return made;
  };
  const held = async ({ alerts }: Alertmanager, datname: string) =>
    (await alerts()).find(({ labels }) => labels['datname'] === datname);

  beforeAll(async () => {
    webhook = await startWebhook();
    [one, two] = await Promise.all([
      startAlertmanager({ webhookUrl: webhook.url }),
      startAlertmanager({ webhookUrl: webhook.url }),
    ]);
  });
  afterAll(async () => {
    for (const made of pushers) made.stop();
    for (const made of strangers) made.stop();
    await one?.stop();
    await two?.stop();
    await webhook?.stop();
  });

  test('reach every member at once, whoever else is dead, hangs, or does not want them', async () => {
    const others = await Promise.all([stranger(undefined), stranger(400), stranger(503)]);
    const dead = `http://127.0.0.1:${await freePort()}`;
    const pushed = pusher(settings(dead, ...others.map(({ url }) => url), one.url, two.url));
    pushed.publish(reportOf());
    await sleep(600);
    const openedAt = Date.now();
    pushed.publish(reportOf(lost('shop')));
    const alerts = await Promise.all(
      [one, two].map((member) => waitFor('the alert is held', 2000, () => held(member, 'shop'), 20)),
    );
    expect(Date.now() - openedAt).toBeLessThan(1500);
    for (const { labels } of alerts)
      expect(labels).toEqual({
        alertname: 'PgVigilDatabaseMissing',
        severity: 'critical',
        server: 'main',
        datname: 'shop',
      });
    await webhook.waitForAlert({ datname: 'shop' }, 5000);
    await waitFor('all outcomes', 5000, () => {
      const { delivered, rejected, failed } = pushed.outcomes();
      // Each of the two twice: the empty push at first, and the alert.
      return (delivered === 4 && rejected === 2 && failed >= 6) || undefined;
    });
    pushed.stop();
  });

  test('give an alert a short end that lies ahead, and take it away by silence alone', async () => {
    const pushed = pusher(settings(one.url));
    pushed.publish(reportOf(lost('orders')));
    const alert = await waitFor('the alert is held', 2000, () => held(one, 'orders'), 20);
    const leftMs = Date.parse(alert.endsAt) - Date.now();
    expect(leftMs).toBeGreaterThan(LIFETIME_MS - 5000);
    expect(leftMs).toBeLessThanOrEqual(LIFETIME_MS);
    pushed.publish(reportOf());
    await sleep(1500);
    // Nothing said that it is over: it stands as it was.
    expect((await held(one, 'orders'))?.endsAt).toBe(alert.endsAt);
    pushed.stop();
  });

  test('find a member that comes back', async () => {
    const ill = await stranger(500);
    const pushed = pusher(settings(ill.url));
    const before = log.lines.length;
    pushed.publish(reportOf(lost('shop')));
    await waitFor('three tries', 5000, () => ill.posts.length >= 3 || undefined);
    ill.status = 200;
    await waitFor('it is delivered', 8000, () => pushed.outcomes().delivered > 0 || undefined);
    expect(log.lines.slice(before).map(({ level }) => level)).toEqual(['warn', 'info']);
    pushed.stop();
  });

  test('stop with the report: a watcher that does not look has nothing to tell', async () => {
    const well = await stranger(200);
    const pushed = pusher(settings(well.url), 1000);
    pushed.publish({ ...reportOf(lost('shop')), monotonicMs: performance.now() - 2000 });
    await sleep(500);
    expect(well.posts).toEqual([]);
    pushed.publish(reportOf(lost('shop')));
    await waitFor('it is told', 2000, () => well.posts.length > 0 || undefined);
    pushed.stop();
  });

  test('go to others after a reload, at once, with who pgvigil is', async () => {
    const [old, fresh] = [await stranger(200), await stranger(200)];
    const pushed = pusher(settings(old.url));
    pushed.publish(reportOf(lost('shop')));
    await waitFor('the old one is told', 2000, () => old.posts.length > 0 || undefined);
    pushed.apply({
      ...settings(fresh.url),
      labels: { host: 'web1' },
      basicAuth: { username: 'me', password: new Secret(CANARY) },
    });
    await waitFor('the new one is told', 2000, () => fresh.posts.length > 0 || undefined);
    const told = old.posts.length;
    expect(JSON.parse(fresh.posts[0] ?? '[]')[0].labels).toMatchObject({ host: 'web1', datname: 'shop' });
    expect(fresh.logins[0]).toBe(`Basic ${Buffer.from(`me:${CANARY}`).toString('base64')}`);
    await sleep(1000);
    expect(old.posts.length).toBe(told);
    fresh.status = 401;
    pushed.publish(reportOf(lost('shop'), lost('orders')));
    await waitFor('it is refused', 3000, () => pushed.outcomes().rejected > 0 || undefined);
    const printed = JSON.stringify(log.lines);
    expect(printed).toContain('basic_auth');
    expect(printed).not.toContain(CANARY);
    expect(printed).not.toContain(Buffer.from(`me:${CANARY}`).toString('base64'));
    pushed.stop();
  });

  test('end at once when pgvigil ends, also one that hangs', async () => {
    const hanging = await stranger(undefined);
    const pushed = pusher(settings(hanging.url));
    pushed.publish(reportOf(lost('shop')));
    await waitFor('it hangs', 2000, () => hanging.posts.length > 0 || undefined);
    pushed.stop();
    await sleep(3000);
    expect(hanging.posts).toHaveLength(1);
    expect(pushed.outcomes()).toEqual({ delivered: 0, rejected: 0, failed: 0 });
  });
});
