import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Alertmanager, type PostedAlert, startAlertmanager } from '../kit/alertmanager.ts';
import { ROOT } from '../kit/bundle.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';
import { alertRules } from '../kit/rules.ts';
import { waitFor } from '../kit/wait.ts';
import { alertKinds } from './alerts.ts';

const CONFIG = join(ROOT, 'alertmanager/alertmanager.yml');
const amtool = (...args: readonly string[]) => run({ command: program('amtool'), args });

/** Receiver by severity, or by name for the two that always fire. */
const RECEIVERS: Readonly<Record<string, string>> = {
  critical: 'pager',
  warning: 'tickets',
  info: 'tickets',
  PgVigilWatchdog: 'watchdog',
  PgVigilHeartbeat: 'heartbeat',
};

function alertOf(alertname: string, severity: string, labels: Readonly<Record<string, string>>): PostedAlert {
  const endsAt = new Date(Date.now() + 120_000).toISOString();
  return { labels: { alertname, ...(severity !== '' && { severity }), ...labels }, endsAt };
}

describeWith(['alertmanager'], 'alertmanager.yml', () => {
  test('is valid', async () => {
    const { code, output } = await amtool('check-config', CONFIG);
    expect(code, output).toBe(0);
    expect(output).toContain('1 templates');
  });

  test('is checked by the commands that stand in it', async () => {
    const labels = ['alertname=PgVigilDatabaseMissing', 'severity=critical'];
    const { code, output } = await amtool('config', 'routes', 'test', '--config.file', CONFIG, ...labels);
    expect(code, output).toBe(0);
    expect(output.trim().split('\n').at(-1)).toBe('pager');
  });
});

describeWith(['alertmanager'], 'routes', () => {
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    // Nobody listens there: what is asked is only who would be told.
    alertmanager = await startAlertmanager({ webhookUrl: 'http://127.0.0.1:9' });
  });
  afterAll(() => alertmanager?.stop());

  /** Posts alerts and gives, once they are all grouped, one line for each group that is about this host. */
  async function groupsOn(host: string, alerts: readonly PostedAlert[]): Promise<readonly string[]> {
    await alertmanager.post(alerts.map((alert) => ({ ...alert, labels: { ...alert.labels, host } })));
    const groups = await waitFor('Alertmanager has grouped all of them', 10_000, async () => {
      const all = (await alertmanager.groups())
        .map((group) => ({ ...group, alerts: group.alerts.filter(({ labels }) => labels['host'] === host) }))
        .filter((group) => group.alerts.length > 0);
      const count = all.reduce((sum, group) => sum + group.alerts.length, 0);
      return count === alerts.length ? all : undefined;
    });
    return groups
      .map(({ receiver, alerts: members }) => {
        const names = members.map(({ labels }) => {
          const { alertname = '', severity: _, host: __, ...rest } = labels;
          return [alertname.replace('PgVigil', ''), ...Object.values(rest)].join(' ');
        });
        return `${receiver.name}: ${names.sort().join(', ')}`;
      })
      .sort();
  }

  test('lead every alert to the receiver of its severity', async () => {
    const rules = alertRules().map(({ alert, labels }) => ({
      alertname: alert,
      severity: labels['severity'] ?? '',
    }));
    const all = [...rules, ...alertKinds()];
    await alertmanager.post(
      all.flatMap(({ alertname, severity }) => [
        alertOf(alertname, severity, { role: 'route', server: 'main' }),
        alertOf(alertname, severity, { role: 'route' }),
      ]),
    );
    const held = (await alertmanager.alerts()).filter(({ labels }) => labels['role'] === 'route');
    const names = new Set(all.map(({ alertname, severity }) => `${alertname} ${severity}`));
    expect(held).toHaveLength(names.size * 2);
    for (const { labels, receivers } of held) {
      const { severity = '', alertname = '' } = labels;
      const expected = RECEIVERS[severity === 'none' ? alertname : severity];
      expect(
        receivers.map(({ name }) => name),
        JSON.stringify(labels),
      ).toEqual([expected]);
    }
  });

  test('lead an alert that nobody foresaw to somebody', async () => {
    expect(await groupsOn('of-a-stranger', [alertOf('Other', '', {})])).toEqual(['tickets: Other']);
  });

  test('make one message of fifty databases, and another one of an outage before them', async () => {
    const datnames = Array.from({ length: 50 }, (_, index) => `tenant_${index + 10}`);
    const lost = datnames.map((datname) =>
      alertOf('PgVigilDatabaseMissing', 'critical', { server: 'main', datname }),
    );
    const groups = await groupsOn('fifty', [
      ...lost,
      alertOf('PgVigilVolumeMissing', 'critical', { server: 'main', volume: 'data' }),
      alertOf('PgVigilServerDown', 'critical', { server: 'main' }),
      alertOf('PgVigilDiskFull', 'critical', { server: 'main' }),
    ]);
    const missing = datnames.map((datname) => `DatabaseMissing ${datname} main`);
    expect(groups).toEqual([
      `pager: ${[...missing, 'VolumeMissing main data'].join(', ')}`,
      'pager: DiskFull main, ServerDown main',
    ]);
  });

  test('keep servers apart, and what is about no server', async () => {
    const groups = await groupsOn('apart', [
      alertOf('PgVigilServerDown', 'critical', { server: 'main' }),
      alertOf('PgVigilServerDown', 'critical', { server: 'other' }),
      alertOf('PgVigilExporterDown', 'critical', {}),
      alertOf('PgVigilDiskAlmostFull', 'critical', { mountpoint: '/' }),
      alertOf('PgVigilDiskAlmostFull', 'critical', { mountpoint: '/data' }),
      alertOf('PgVigilDiskAlmostFull', 'warning', { mountpoint: '/backup' }),
      alertOf('PgVigilWatchdog', 'none', {}),
      alertOf('PgVigilHeartbeat', 'none', {}),
    ]);
    expect(groups).toEqual([
      'heartbeat: Heartbeat',
      'pager: DiskAlmostFull /, DiskAlmostFull /data',
      'pager: ExporterDown',
      'pager: ServerDown main',
      'pager: ServerDown other',
      'tickets: DiskAlmostFull /backup',
      'watchdog: Watchdog',
    ]);
  });

  test('keep the hosts of a fleet apart', async () => {
    const lost = alertOf('PgVigilDatabaseMissing', 'critical', { server: 'main', datname: 'shop' });
    await groupsOn('vps-1', [lost]);
    await groupsOn('vps-2', [lost]);
    const groups = (await alertmanager.groups()).filter(({ labels }) => /^vps-/.test(labels['host'] ?? ''));
    expect(groups.map(({ labels }) => labels)).toEqual([
      { host: 'vps-1', server: 'main' },
      { host: 'vps-2', server: 'main' },
    ]);
  });
});
