import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Alertmanager, type PostedAlert, startAlertmanager } from '../kit/alertmanager.ts';
import { makeWorkspace, ROOT, type Workspace } from '../kit/bundle.ts';
import { expectGolden } from '../kit/golden.ts';
import { type Inbox, startInbox } from '../kit/inbox.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';
import { type Mail, type Smtp, startSmtp } from '../kit/smtp.ts';
import { waitFor } from '../kit/wait.ts';
import { MESSAGES } from './messages.ts';

const GOLDEN = join(ROOT, 'test/golden/alertmanager/delivered');
const shipped = readFileSync(join(ROOT, 'alertmanager/alertmanager.yml'), 'utf8');
const receivers = (parse(shipped) as { receivers: readonly { name: string }[] }).receivers;
const NOBODY = 'http://127.0.0.1:9';
/** Alertmanager does not wait for others to join a group whose alert is old. */
const LONG_AGO = '2026-01-02T03:14:07.000Z';

/** What a user does who wants to be told elsewhere: one word in each of two lines. */
function choose(
  text: string,
  { pager, tickets }: { readonly pager: string; readonly tickets: string },
): string {
  const chosen = text
    .replace(/receiver: pager #/, `receiver: ${pager} #`)
    .replace(/receiver: tickets #/, `receiver: ${tickets} #`);
  expect(chosen.match(/receiver: \S+ #/g)).toHaveLength(4);
  return chosen;
}

function alertsOf(name: keyof typeof MESSAGES): readonly PostedAlert[] {
  return MESSAGES[name].alerts.map(({ labels, annotations }) => ({
    labels,
    annotations,
    startsAt: MESSAGES[name].alerts.length === 1 ? LONG_AGO : new Date().toISOString(),
    endsAt: new Date(Date.now() + 600_000).toISOString(),
  }));
}

/** What Prometheus sends when it no longer finds them; Alertmanager knows when they began. */
const over = (alerts: readonly PostedAlert[]): readonly PostedAlert[] =>
  alerts.map(({ labels, annotations = {} }) => ({
    labels,
    annotations,
    endsAt: new Date(Date.now() - 100).toISOString(),
  }));

/** Without what differs from run to run. */
const settled = (text: string): string =>
  text
    .replaceAll(/[-\d]{10} [:\d]{8} to [-\d]{10} [:\d]{8} UTC/g, 'START to END')
    .replaceAll(/"dedup_key": "\w+"/g, '"dedup_key": "KEY"');

describeWith(['alertmanager'], 'every receiver', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await makeWorkspace('receivers');
  });
  afterAll(() => workspace?.remove());

  const names = receivers.map(({ name }) => name);
  const pairs = names
    .filter((name) => name.startsWith('pager'))
    .flatMap((pager) =>
      names.filter((name) => name.startsWith('tickets')).map((tickets) => ({ pager, tickets })),
    );
  test.each(pairs)('$pager with $tickets is a valid choice', async (choice) => {
    const file = await workspace.write(`${choice.pager}-${choice.tickets}.yml`, choose(shipped, choice));
    const { code, output } = await run({ command: program('amtool'), args: ['check-config', file] });
    expect(code, output).toBe(0);
  });
});

describeWith(['alertmanager'], 'email', () => {
  let smtp: Smtp;
  let workspace: Workspace;
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    smtp = await startSmtp();
    workspace = await makeWorkspace('email');
    // Alertmanager 0.25 would take a line break for a part of the password, unlike those of the other secrets.
    const password = await workspace.write('password', 'correct horse');
    alertmanager = await startAlertmanager({
      webhookUrl: NOBODY,
      change: (text) =>
        choose(text, { pager: 'pager-email', tickets: 'tickets-email' })
          .replace('smtp_smarthost: mail.example.org:587', `smtp_smarthost: ${smtp.address}`)
          .replace('/run/secrets/smtp_password', `${password}\n  smtp_require_tls: false`),
    });
  });
  afterAll(async () => {
    await alertmanager?.stop();
    await smtp?.stop();
    await workspace?.remove();
  });

  const mail = (to: string, subject: RegExp): Promise<Mail> =>
    waitFor(`a mail to ${to}`, 20_000, () =>
      smtp.mails.find((one) => one.to.includes(to) && subject.test(one.headers.get('subject') ?? '')),
    );
  const printed = ({ headers, parts, ...envelope }: Mail): string =>
    settled(
      [
        JSON.stringify(envelope),
        ...['from', 'to', 'subject', 'content-type'].map(
          (name) => `${name}: ${headers.get(name)?.replace(/boundary=.*/, 'boundary=…')}`,
        ),
        ...[...parts].map(([type, text]) => `==== ${type}\n${text}`),
      ].join('\n'),
    );

  test('a page, and that it is over', async () => {
    const alerts = alertsOf('one-loss');
    await alertmanager.post(alerts);
    expectGolden(printed(await mail('oncall@example.org', /PAGE/)), join(GOLDEN, 'email-page.txt'));
    await alertmanager.post(over(alerts));
    expectGolden(printed(await mail('oncall@example.org', /RESOLVED/)), join(GOLDEN, 'email-over.txt'));
  });

  test('a ticket', async () => {
    await alertmanager.post(alertsOf('a-warning'));
    expectGolden(printed(await mail('team@example.org', /WARNING/)), join(GOLDEN, 'email-ticket.txt'));
  });

  test('the name of a database is neither markup nor a header', async () => {
    await alertmanager.post(alertsOf('nasty'));
    const { to, headers, parts } = await mail('oncall@example.org', /script/);
    expect(to).toEqual(['oncall@example.org']);
    expect(headers.has('bcc')).toBe(false);
    expect(parts.get('text/html')).toContain('&lt;script&gt;');
    expect(parts.get('text/html')).not.toMatch(/<script|javascript:/);
  });
});

describeWith(['alertmanager'], 'Slack', () => {
  let slack: Inbox;
  let workspace: Workspace;
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    slack = await startInbox({ status: 200, body: 'ok' });
    workspace = await makeWorkspace('slack');
    alertmanager = await startAlertmanager({
      webhookUrl: NOBODY,
      change: (text) =>
        choose(text, { pager: 'pager-slack', tickets: 'tickets-slack' }).replace(
          '/run/secrets/slack_url',
          join(workspace.directory, 'slack_url'),
        ),
    });
  });
  afterAll(async () => {
    await alertmanager?.stop();
    await slack?.stop();
    await workspace?.remove();
  });

  const message = (channel: string, title: RegExp): Promise<string> =>
    waitFor(`a message in ${channel}`, 20_000, () => {
      const texts = slack.posted.map(({ body }) => JSON.stringify(body, undefined, 2));
      return texts.find((text) => text.includes(`"${channel}"`) && title.test(text));
    });

  test('a secret that is not there yet is no reason not to start, and is read when it comes', async () => {
    await alertmanager.post(alertsOf('fifty-losses'));
    await waitFor('Alertmanager says what it misses', 20_000, () =>
      /slack_url: no such file/.test(alertmanager.output()) ? true : undefined,
    );
    await workspace.write('slack_url', `${slack.url}/services/T/B/x\n`);
    expectGolden(settled(await message('#oncall', /PAGE/)), join(GOLDEN, 'slack-page.json'));
    expect(slack.posted.map(({ path }) => path)).toEqual(['/services/T/B/x']);
  });

  test('that it is over', async () => {
    await alertmanager.post(over(alertsOf('fifty-losses')));
    expectGolden(settled(await message('#oncall', /RESOLVED/)), join(GOLDEN, 'slack-over.json'));
  });

  test('a ticket', async () => {
    await alertmanager.post(alertsOf('a-warning'));
    expectGolden(settled(await message('#databases', /WARNING/)), join(GOLDEN, 'slack-ticket.json'));
  });
});

describeWith(['alertmanager'], 'PagerDuty', () => {
  let pagerduty: Inbox;
  let workspace: Workspace;
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    pagerduty = await startInbox({ status: 202, body: '{"status":"success"}' });
    workspace = await makeWorkspace('pagerduty');
    const key = await workspace.write('pagerduty_key', '0123456789abcdef0123456789abcdef\n');
    alertmanager = await startAlertmanager({
      webhookUrl: NOBODY,
      change: (text) =>
        choose(text, { pager: 'pager-pagerduty', tickets: 'tickets' })
          .replace('/run/secrets/pagerduty_key', key)
          .replace('global:', `global:\n  pagerduty_url: ${pagerduty.url}/v2/enqueue`),
    });
  });
  afterAll(async () => {
    await alertmanager?.stop();
    await pagerduty?.stop();
    await workspace?.remove();
  });

  interface Event {
    readonly routing_key: string;
    readonly dedup_key: string;
    readonly event_action: string;
    readonly payload: { readonly summary: string };
  }
  const events = (): readonly Event[] => pagerduty.posted.map(({ body }) => body as Event);
  const event = (action: string, summary: RegExp): Promise<Event> =>
    waitFor(`PagerDuty is told to ${action}`, 20_000, () =>
      events().find(({ event_action, payload }) => event_action === action && summary.test(payload.summary)),
    );
  const printed = (one: Event): string => settled(JSON.stringify(one, undefined, 2));

  test('a page, and that it is over', async () => {
    const alerts = alertsOf('one-loss');
    await alertmanager.post(alerts);
    const trigger = await event('trigger', /PAGE/);
    expectGolden(printed(trigger), join(GOLDEN, 'pagerduty-page.json'));
    await alertmanager.post(over(alerts));
    const resolve = await event('resolve', /RESOLVED/);
    expectGolden(printed(resolve), join(GOLDEN, 'pagerduty-over.json'));
    expect(resolve.dedup_key).toBe(trigger.dedup_key);
    expect(trigger.routing_key).toBe('0123456789abcdef0123456789abcdef');
  });

  test('a loss rings although an outage of the same server was taken before it', async () => {
    await alertmanager.post(alertsOf('no-cause-known'));
    const outage = await event('trigger', /is down/);
    await alertmanager.post(alertsOf('some-are-over').slice(0, 2));
    const loss = await event('trigger', /2 databases of main/);
    expect(loss.dedup_key).not.toBe(outage.dedup_key);
  });
});
