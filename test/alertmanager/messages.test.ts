import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../kit/bundle.ts';
import { alertRules } from '../kit/rules.ts';
import { MESSAGES, type MessageAlert } from './messages.ts';

const messages = Object.entries(MESSAGES);
const golden = readFileSync(join(ROOT, 'test/golden/alertmanager/inhibition.txt'), 'utf8');
/** Names of alerts that silence others of their server, by those they silence; the golden file is what Alertmanager does. */
const silencedBy = new Map<string, string[]>();
let source = '';
for (const line of golden.split('Never silenced')[0]?.split('\n') ?? []) {
  const [, indent = '', name = ''] = /^( *)(\w+) \w+ \{/.exec(line) ?? [];
  if (indent === '') source = name;
  else silencedBy.set(name, [...(silencedBy.get(name) ?? []), source]);
}
const nameOf = ({ labels }: MessageAlert): string => (labels['alertname'] ?? '').replace('PgVigil', '');

/** These account for all that is wrong on a server, so their alert is the only one about it. */
const CAUSES_OF_PLACE = ['volume_removed', 'volume_not_mounted', 'cluster_reinitialized'];
const ALERTS_OF_PLACE = ['VolumeMissing', 'DataOffVolume', 'ServerReplaced'];

test('the list of who silences whom was read', () => {
  expect(silencedBy.get('DatabaseMissing')).toContain('VolumeMissing');
});

describe.each(messages)('%s can be sent', (_, { alerts }) => {
  test('none of its alerts silences another', () => {
    const names = alerts.map(nameOf);
    for (const one of new Set(names))
      expect((silencedBy.get(one) ?? []).filter((other) => other !== one && names.includes(other))).toEqual(
        [],
      );
  });

  test('no alert is silenced by the one that its cause has', () => {
    for (const alert of alerts) {
      if (!CAUSES_OF_PLACE.includes(alert.annotations['cause'] ?? '')) continue;
      expect(ALERTS_OF_PLACE).toContain(nameOf(alert));
    }
  });
});

/** Their labels or annotations are nobody's. */
const INVENTED = ['of-a-stranger', 'nasty'];
const rules = alertRules();

test.each(messages.filter(([name]) => !INVENTED.includes(name)))(
  '%s: its alerts have what their rules have',
  (_, { alerts }) => {
    for (const { labels, annotations } of alerts) {
      const rule = rules.find(
        (one) => one.alert === labels['alertname'] && one.labels['severity'] === labels['severity'],
      );
      expect(Object.keys(annotations).sort()).toEqual(Object.keys(rule?.annotations ?? {}).sort());
      expect(annotations['summary']).toBe(rule?.annotations['summary']);
    }
  },
);

test('the page in the README is the one that is sent', () => {
  const sent = readFileSync(join(ROOT, 'test/golden/alertmanager/one-loss.txt'), 'utf8');
  const [, text = ''] = /^==== text\n([\s\S]*?)\n+==== /m.exec(sent) ?? [];
  expect(text).toContain('Volume simfab_postgres_data of main is gone');
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`\n\`\`\`\n${text}\n\`\`\`\n`);
});
