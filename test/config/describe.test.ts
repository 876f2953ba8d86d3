import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeConfig, formatProblem } from '../../src/config/describe.ts';
import { parseText, problemsOf } from '../kit/config.ts';

const described = (text: string): string => {
  const parsed = parseText(text, { files: { '/pg': 'secret', '/ca': '-----BEGIN CERTIFICATE-----' } });
  if (!parsed.ok) throw new Error(problemsOf(parsed).join('\n'));
  return describeConfig(parsed.config);
};

describe('the effective configuration', () => {
  test('shows defaults, units and hidden secrets', () => {
    const text = described(
      'servers: [{ name: a, url: postgres://me@db/x, password_file: /pg, tls: { ca_file: /ca } }]\nintervals: { sizes: 90s }\n',
    );
    expect(text).toContain('password: "***"');
    expect(text).toContain('url: postgres://me@db:5432/x');
    expect(text).toContain('ca: "***"');
    expect(text).toContain('learn_after: 1h\n');
    expect(text).toContain('sizes: 1m30s\n');
    expect(text).not.toContain('secret');
  });

  test('hides how pgvigil says who it is to Alertmanager', () => {
    const text = described(
      'servers: [{ name: a, url: postgres://db }]\nalertmanager: { urls: [https://am], basic_auth: { username: me, password_file: /pg }, ca_file: /ca }\n',
    );
    expect(text).toContain('username: me\n    password: "***"\n  ca: "***"\n');
  });

  test('is a file again, that means the same', () => {
    const host = fc.constantFrom('db', '10.0.0.1', '[::1]', '[2001:db8::1]', 'a.example.com');
    const word = fc
      .string({ minLength: 1, maxLength: 20 })
      .filter((text) => /^[^\p{Cc}\\]*\S[^\p{Cc}\\]*$/u.test(text));
    const file = fc.record({
      servers: fc.tuple(
        fc.record({
          name: word,
          url: fc.oneof(
            fc.tuple(host, word).map(([at, user]) => `postgres://${encodeURIComponent(user)}@${at}:5433/x`),
            word.map((name) => `postgres:///x?host=${encodeURIComponent(`/${name}`)}`),
          ),
          databases: fc.record({
            expect: fc.uniqueArray(word),
            learn: fc.boolean(),
            learn_after: fc.constantFrom('0s', '90s', '7d'),
            ignore: fc.constantFrom([], ['^\\u{1F418}|/\\d$']),
          }),
          docker: fc.record({ container: word, volume: word }, { requiredKeys: [] }),
        }),
      ),
      docker: fc.constantFrom(false as const, { host: 'tcp://proxy:2375' }),
      alertmanager: fc.constantFrom(
        {},
        {
          urls: ['http://am:9093/', 'HTTPS://[::1]/sub'],
          labels: { cluster: 'local' },
          dashboard_url: 'https://g/x',
        },
      ),
      intervals: fc.record({ presence: fc.integer({ min: 100, max: 86_400_000 }).map((ms) => `${ms}ms`) }),
    });
    fc.assert(
      fc.property(file, (value) => {
        const first = parseText(JSON.stringify(value));
        fc.pre(first.ok);
        const again = first.ok && parseText(describeConfig(first.config));
        expect(again).toEqual(first);
      }),
    );
  });
});

describe('a problem as one line', () => {
  test.each([
    [{ line: 12, column: 5, path: 'servers[0].url' }, 'f.yml:12:5: servers[0].url: is wrong'],
    [{ line: 12, path: 'a' }, 'f.yml:12: a: is wrong'],
    [{ line: undefined, path: '' }, 'f.yml: is wrong'],
  ])('%o', (problem, text) => {
    expect(formatProblem({ file: 'f.yml', message: 'is wrong', ...problem })).toBe(text);
  });
});
