import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Alertmanager, startAlertmanager } from '../kit/alertmanager.ts';
import { describeWith } from '../kit/needs.ts';
import { waitFor } from '../kit/wait.ts';
import { startWebhook, type Webhook } from '../kit/webhook.ts';

const PATHS = { PgVigilWatchdog: '/watchdog', PgVigilHeartbeat: '/heartbeat' } as const;
type Beat = keyof typeof PATHS;

/** Every second in the place of every minute. */
function hurried(text: string): string {
  const changed = text.replace(
    /group_interval: 1m\n( +)repeat_interval: 1m/,
    'group_interval: 1s\n$1repeat_interval: 1s',
  );
  if (changed === text) throw new Error('alertmanager.yml repeats nothing every minute');
  return changed;
}

describeWith(['alertmanager'], 'what counts the requests to its address notices that', () => {
  let webhook: Webhook;
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    webhook = await startWebhook();
    alertmanager = await startAlertmanager({ webhookUrl: webhook.url, change: hurried });
  });
  afterAll(async () => {
    await alertmanager?.stop();
    await webhook?.stop();
  });

  const post = (alertname: Beat, endsInMs: number): Promise<void> =>
    alertmanager.post([
      { labels: { alertname, severity: 'none' }, endsAt: new Date(Date.now() + endsInMs).toISOString() },
    ]);
  const arrivals = (alertname: Beat, after: number): number =>
    webhook.received.filter(({ path, at }) => path === PATHS[alertname] && at > after).length;
  const arrives = (alertname: Beat, after: number): Promise<true> =>
    waitFor(`${alertname} three times`, 20_000, () => arrivals(alertname, after) >= 3 || undefined);

  test.each([
    ['PgVigilHeartbeat', 'PgVigilWatchdog'],
    ['PgVigilWatchdog', 'PgVigilHeartbeat'],
  ] as const)('%s has stopped, while %s goes on', async (stopped, other) => {
    for (const alertname of [stopped, other]) await post(alertname, 120_000);
    const startedAt = Date.now();
    for (const alertname of [stopped, other]) await arrives(alertname, startedAt);

    await post(stopped, -100);
    await waitFor(`${stopped} is over`, 20_000, async () => {
      const held = await alertmanager.alerts();
      return held.every(({ labels }) => labels['alertname'] !== stopped) || undefined;
    });
    // One that was on its way may still arrive.
    await arrives(other, Date.now());
    const quietSince = Date.now();
    await arrives(other, quietSince);
    expect(arrivals(stopped, quietSince)).toBe(0);
  });
});
