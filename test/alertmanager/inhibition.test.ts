import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  type Alertmanager,
  type HeldAlert,
  type PostedAlert,
  startAlertmanager,
} from '../kit/alertmanager.ts';
import { ROOT } from '../kit/bundle.ts';
import { expectGolden } from '../kit/golden.ts';
import { describeWith } from '../kit/needs.ts';
import { waitFor } from '../kit/wait.ts';
import { startWebhook, type Webhook } from '../kit/webhook.ts';
import { type AlertKind, alertKinds, nameOf } from './alerts.ts';

interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

/** Who is told does not matter here. */
const NOBODY = 'http://127.0.0.1:9';
const GOLDEN = join(ROOT, 'test/golden/alertmanager/inhibition.txt');
const config = parse(readFileSync(join(ROOT, 'alertmanager/alertmanager.yml'), 'utf8')) as {
  readonly inhibit_rules: readonly InhibitRule[];
};
/** Data is gone or replaced, and that was verified. */
const LOSS =
  /^PgVigil(VolumeMissing|DataOffVolume|Server(Replaced|Reinitialized)|Database(Missing|Replaced|Unreadable|Shrunk))$/;

const kinds = alertKinds();

describe('inhibit_rules', () => {
  test.each(config.inhibit_rules.map((rule) => [JSON.stringify(rule.source_matchers), rule] as const))(
    '%s compares nothing that may be empty',
    (_, { source_matchers, target_matchers, equal }) => {
      // `host` is on all alerts of a fleet and on none elsewhere.
      expect(equal).toContain('host');
      for (const label of equal.filter((one) => one !== 'host')) {
        const always = new RegExp(`^${label}(=~"(PgVigil)?\\.\\+"|="[^"]+"|=~"PgVigil\\([^"]+")$`);
        const both = [source_matchers, target_matchers].map((matchers) =>
          matchers.some((matcher) => always.test(matcher)),
        );
        expect(both, label).toEqual(label === 'severity' ? expect.anything() : [true, true]);
      }
    },
  );

  test('every alert of a rule exists', () => {
    const words = JSON.stringify(config.inhibit_rules).matchAll(/alertname=~?\\"([^"\\]+)\\"/g);
    for (const [, pattern = ''] of words) {
      for (const name of alternatives(pattern).filter((one) => one !== 'PgVigil.+')) {
        expect(
          kinds.some(({ alertname }) => alertname === name),
          name,
        ).toBe(true);
      }
    }
  });
});

/** Asked about more of them at once, Alertmanager compares each with each for minutes. */
const SOURCES_AT_ONCE = 8;

/** Alertmanager learns of sources one after the other, in the background: once it knows these, it knows all before. */
const SENTINELS: readonly PostedAlert[] = [
  alert('VolumeMissing', { server: 'main', volume: 'data', host: 'last' }),
  { ...alert('ServerDown', { server: 'main', host: 'last' }), annotations: { role: 'sentinel' } },
];

/** Which of the targets each of these sources silences, by the names of both, as a real Alertmanager decides it. */
async function askAbout(sources: readonly AlertKind[]): Promise<readonly (readonly [string, string])[]> {
  const alertmanager = await startAlertmanager({ webhookUrl: NOBODY });
  try {
    const pairs = sources.flatMap((source) =>
      kinds.filter((target) => target !== source).map((target) => ({ source, target })),
    );
    // Each pair on a host of its own, so that all of them can be asked at once.
    await alertmanager.post([
      ...pairs.flatMap(({ source, target }, index) => [
        onHost(alertOf(source, `source-${index}`), `pair-${index}`),
        onHost(alertOf(target, `target-${index}`), `pair-${index}`),
      ]),
      ...SENTINELS,
    ]);
    const held = await settled(alertmanager);
    const states = new Map(held.map(({ annotations, status }) => [annotations['role'], status.state]));
    return pairs.flatMap(({ source, target }, index) => {
      const state = states.get(`target-${index}`);
      if (state !== 'suppressed' && state !== 'active') throw new Error(`${nameOf(target)} is ${state}`);
      return state === 'suppressed' ? [[nameOf(source), nameOf(target)] as const] : [];
    });
  } finally {
    await alertmanager.stop();
  }
}

describeWith(['alertmanager'], 'who silences whom', () => {
  const found = new Set<string>();
  beforeAll(async () => {
    for (let from = 0; from < kinds.length; from += SOURCES_AT_ONCE) {
      const pairs = await askAbout(kinds.slice(from, from + SOURCES_AT_ONCE));
      for (const pair of pairs) found.add(pair.join(' > '));
    }
  });

  const silences = (source: AlertKind, target: AlertKind): boolean =>
    found.has(`${nameOf(source)} > ${nameOf(target)}`);
  const pairsThatSilence = (): readonly { readonly source: AlertKind; readonly target: AlertKind }[] =>
    kinds.flatMap((source) =>
      kinds.filter((target) => silences(source, target)).map((target) => ({ source, target })),
    );

  test('is as written down, for every pair', () => {
    expectGolden(table(silences), GOLDEN);
  });

  test('no two silence each other', () => {
    const both = pairsThatSilence().filter(({ source, target }) => silences(target, source));
    expect(both).toEqual([]);
  });

  test('no loss is silenced by anything but a loss', () => {
    const wrong = pairsThatSilence().filter(
      ({ source, target }) => LOSS.test(target.alertname) && !LOSS.test(source.alertname),
    );
    expect(wrong).toEqual([]);
  });

  test('no page is silenced by what is no page', () => {
    const wrong = pairsThatSilence().filter(
      ({ source, target }) => target.severity === 'critical' && source.severity !== 'critical',
    );
    expect(wrong).toEqual([]);
  });

  test('nothing silences the heartbeat', () => {
    expect(pairsThatSilence().filter(({ target }) => target.severity === 'none')).toEqual([]);
  });
});

describeWith(['alertmanager'], 'nobody is silenced', () => {
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

  test('by what is wrong elsewhere', async () => {
    await alertmanager.post([
      alert('VolumeMissing', { server: 'main', volume: 'data' }),
      alert('VolumeMissing', { volume: 'of-no-server' }),
      alert('DatabaseMissing', { server: 'other', datname: 'shop' }),
    ]);
    await alertmanager.post([
      // The symptom, and then what only looks like one.
      alert('ServerDown', { server: 'main' }),
      alert('ServerDown', { server: 'third' }),
      alert('ServerDown', {}),
      alert('DatabaseMissing', { server: 'main', datname: 'shop', host: 'vps-2' }),
      alert('DatabaseReplaced', { server: 'other', datname: 'crm' }),
      alert('DatabaseReplaced', { server: 'other' }),
      ...SENTINELS,
    ]);
    const states = (await settled(alertmanager)).map(({ labels: { severity: _, ...labels }, status }) => [
      Object.values(labels).join(' '),
      status.state,
    ]);
    expect(Object.fromEntries(states)).toEqual({
      'PgVigilVolumeMissing main data': 'active',
      'PgVigilVolumeMissing of-no-server': 'active',
      'PgVigilDatabaseMissing shop other': 'active',
      'PgVigilServerDown main': 'suppressed',
      'PgVigilServerDown third': 'active',
      PgVigilServerDown: 'active',
      'PgVigilDatabaseMissing shop vps-2 main': 'active',
      'PgVigilDatabaseReplaced crm other': 'active',
      'PgVigilDatabaseReplaced other': 'active',
      'PgVigilVolumeMissing last main data': 'active',
      'PgVigilServerDown last main': 'suppressed',
    });
  });

  test('and what is silenced is not delivered', async () => {
    await webhook.waitForAlert({ alertname: 'PgVigilServerDown', server: 'third' }, 10_000);
    const servers = webhook.received
      .flatMap(({ body }) => body.alerts)
      .filter(({ labels }) => labels['alertname'] === 'PgVigilServerDown')
      .map(({ labels }) => labels['server']);
    expect(servers).not.toContain('main');
  });
});

/** `A(B|C(D|E))` → AB, ACD, ACE. */
function alternatives(pattern: string): readonly string[] {
  const group = /\(([^()]*)\)/.exec(pattern);
  if (group === null) return pattern.split('|');
  const [whole, inner = ''] = group;
  const before = pattern.slice(0, group.index);
  const after = pattern.slice(group.index + whole.length);
  // Only the alternative that the group stands in is repeated.
  const from = Math.max(before.lastIndexOf('('), before.lastIndexOf('|')) + 1;
  const end = after.search(/[()|]/);
  const to = end === -1 ? after.length : end;
  const expanded = inner.split('|').map((one) => before.slice(from) + one + after.slice(0, to));
  return alternatives(before.slice(0, from) + expanded.join('|') + after.slice(to));
}

function alertOf({ alertname, severity, objects }: AlertKind, role: string): PostedAlert {
  return {
    labels: { alertname, severity, ...Object.fromEntries(objects.map((name) => [name, 'same'])) },
    annotations: { role },
    endsAt: new Date(Date.now() + 120_000).toISOString(),
  };
}

function alert(name: string, labels: Record<string, string>): PostedAlert {
  return {
    labels: { alertname: `PgVigil${name}`, severity: 'critical', ...labels },
    endsAt: new Date(Date.now() + 120_000).toISOString(),
  };
}

/** All alerts, once it is known of each whether it is silenced. */
async function settled(alertmanager: Alertmanager): Promise<readonly HeldAlert[]> {
  await waitFor('the last alert is silenced', 30_000, async () => {
    const sentinel = (await alertmanager.alerts()).find(
      ({ annotations }) => annotations['role'] === 'sentinel',
    );
    return sentinel?.status.state === 'suppressed' || undefined;
  });
  // Not the same answer: those that come before the sentinel in it may have been looked at too early.
  return alertmanager.alerts();
}

function onHost(alert: PostedAlert, host: string): PostedAlert {
  return { ...alert, labels: { ...alert.labels, host } };
}

/** For every alert those that it silences; whoever is not named is heard. */
function table(silences: (source: AlertKind, target: AlertKind) => boolean): string {
  const lines = kinds.flatMap((source) => {
    const silenced = kinds.filter((target) => silences(source, target)).map(nameOf);
    return silenced.length === 0 ? [] : [nameOf(source), ...silenced.map((name) => `    ${name}`), ''];
  });
  const never = kinds
    .filter((target) => !kinds.some((source) => silences(source, target)))
    .map((target) => `    ${nameOf(target)}`);
  return [
    'The alert on the left silences those below it, of the same host, server, database or mountpoint.',
    'All other pairs are heard.',
    '',
    ...lines,
    'Never silenced:',
    ...never,
    '',
  ].join('\n');
}
