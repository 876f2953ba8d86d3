import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Alertmanager, type PostedAlert, startAlertmanager } from '../kit/alertmanager.ts';
import { ROOT } from '../kit/bundle.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';
import { alertRules } from '../kit/rules.ts';
import { waitFor } from '../kit/wait.ts';
import { startWebhook, type Webhook } from '../kit/webhook.ts';

const CONFIG = join(ROOT, 'alertmanager/alertmanager.yml');
const amtool = (...args: readonly string[]) => run({ command: program('amtool'), args });

/** Receiver by severity; the watchdog has one of its own. */
const RECEIVERS: Readonly<Record<string, string>> = {
  critical: 'pager',
  warning: 'tickets',
  info: 'tickets',
  none: 'heartbeat',
};

describeWith(['alertmanager'], 'alertmanager.yml', () => {
  test('is valid', async () => {
    const { code, output } = await amtool('check-config', CONFIG);
    expect(code, output).toBe(0);
  });

  const routes = alertRules().map(({ alert, labels: { severity = '' } }) => ({ alert, severity }));
  test.each(routes)('$alert ($severity) has its receiver', async ({ alert, severity }) => {
    const receiver = RECEIVERS[severity];
    const labels = [`alertname=${alert}`, `severity=${severity}`, 'server=main'];
    const { code, output } = await amtool(
      ...['config', 'routes', 'test', '--config.file', CONFIG, `--verify.receivers=${receiver}`, ...labels],
    );
    expect(code, output).toBe(0);
  });

  test('an alert that nobody foresaw reaches somebody', async () => {
    const { code, output } = await amtool(
      ...[
        'config',
        'routes',
        'test',
        '--config.file',
        CONFIG,
        '--verify.receivers=tickets',
        'alertname=Other',
      ],
    );
    expect(code, output).toBe(0);
  });
});

describeWith(['alertmanager'], 'inhibition', () => {
  let webhook: Webhook;
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    webhook = await startWebhook();
    alertmanager = await startAlertmanager({ webhookUrl: webhook.url });
  });
  afterAll(async () => {
    await alertmanager?.stop();
    await webhook?.stop();
  });

  const alert = (alertname: string, severity: string, labels: Record<string, string>): PostedAlert => ({
    labels: { alertname: `PgVigil${alertname}`, severity, ...labels },
    endsAt: new Date(Date.now() + 120_000).toISOString(),
  });
  const CASES = [
    {
      name: 'a server that is down silences the databases nobody can verify',
      cause: alert('ServerDown', 'critical', { server: 'one' }),
      silenced: [alert('DatabasePresenceUnknown', 'warning', { server: 'one', datname: 'shop' })],
      heard: [
        alert('DatabasePresenceUnknown', 'warning', { server: 'two', datname: 'shop' }),
        alert('DatabasePresenceUnknown', 'warning', { datname: 'shop' }),
        alert('DatabaseMissing', 'critical', { server: 'one', datname: 'shop' }),
      ],
    },
    {
      name: 'a server that was replaced silences the databases that were replaced with it',
      cause: alert('ServerReplaced', 'critical', { server: 'three' }),
      silenced: [alert('DatabaseReplaced', 'critical', { server: 'three', datname: 'shop' })],
      heard: [
        alert('DatabaseReplaced', 'critical', { server: 'four', datname: 'shop' }),
        alert('DatabaseMissing', 'critical', { server: 'three', datname: 'shop' }),
      ],
    },
    {
      name: 'a disk that is critical silences its own warning only',
      cause: alert('DiskAlmostFull', 'critical', { mountpoint: '/data' }),
      silenced: [alert('DiskAlmostFull', 'warning', { mountpoint: '/data' })],
      heard: [
        alert('DiskAlmostFull', 'warning', { mountpoint: '/' }),
        alert('InodesAlmostUsedUp', 'warning', { mountpoint: '/data' }),
      ],
    },
  ];

  test.each(CASES)('$name', async ({ cause, silenced, heard }) => {
    await alertmanager.post([cause]);
    await webhook.waitForAlert(cause.labels, 10_000);
    await alertmanager.post([...silenced, ...heard]);
    const states = await waitFor('Alertmanager has judged all of them', 60_000, async () => {
      const held = await alertmanager.alerts();
      const found = [...silenced, ...heard].map(({ labels }) => {
        const same = held.find((one) => sameLabels(one.labels, labels));
        return same?.status.state;
      });
      return found.every((state) => state === 'active' || state === 'suppressed') ? found : undefined;
    });
    expect(states).toEqual([...silenced.map(() => 'suppressed'), ...heard.map(() => 'active')]);
  });

  test('what is silenced was never delivered', () => {
    const delivered = webhook.received.flatMap(({ body }) => body.alerts.map(({ labels }) => labels));
    expect(delivered.length).toBeGreaterThan(0);
    for (const { labels } of CASES.flatMap(({ silenced }) => silenced)) {
      expect(delivered.filter((one) => sameLabels(one, labels))).toEqual([]);
    }
  });
});

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}
