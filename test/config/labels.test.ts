import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLabels, STEERING_LABELS } from '../../src/config/labels.ts';
import { CANARY } from '../kit/canary.ts';

const problemsIn = (labels: Readonly<Record<string, string>>): readonly string[] =>
  readLabels(new Map(Object.entries(labels))).problems.map(({ label, message }) => `${label}: ${message}`);

describe('labels', () => {
  test.each([
    ['pgvigil.watch', 'yes', 'must be `true` or `false`'],
    ['pgvigil.learn', '1', 'must be `true` or `false`'],
    ['pgvigil.name', ' ', 'is empty'],
    ['pgvigil.name', 'x'.repeat(101), 'is longer than 100 characters'],
    ['pgvigil.databases', `ok,${'x'.repeat(64)}`, 'has an entry that is longer than the 63 bytes'],
    ['pgvigil.ignore', '^ok$,(', 'has an entry that is no regular expression'],
    ['pgvigil.user', 'a\nb', 'holds a control character'],
    ['pgvigil.password_file', 'secret', 'must be an absolute path'],
    ['pgvigil.database', '', 'is empty'],
    ['pgvigil.port', '0', 'must be a number from 1 to 65535'],
    ['pgvigil.port', '65536', 'must be a number from 1 to 65535'],
    ['pgvigil.host', '/var/run/postgresql', 'must be a host name or an IP address'],
    ['pgvigil.host', 'user@db', 'must be a host name or an IP address'],
  ])('%s=%j is told and has no effect', (label, value, message) => {
    const { steering, problems } = readLabels(new Map([[label, value]]));
    expect(steering).toEqual({});
    expect(problems).toMatchObject([{ label, message: expect.stringContaining(message) }]);
  });

  test.each(['db', '192.0.2.1', 'fd00::2', 'db.example.org'])('%s is a host', (host) => {
    expect(readLabels(new Map([['pgvigil.host', host]]))).toEqual({ steering: { host }, problems: [] });
  });

  test('a label that is not known is told, with what it may have been meant to be', () => {
    expect(problemsIn({ 'pgvigil.databses': 'a' })).toEqual([
      'pgvigil.databses: is no label that is known: did you mean pgvigil.databases?',
    ]);
    expect(problemsIn({ 'pgvigil.password': CANARY })[0]).toContain('pgvigil.password_file');
    expect(problemsIn({ 'pgvigil.\u001b[31m<b>': 'a' })[0]).toMatch(/^pgvigil\.\?\?31m\?b\?: /);
    expect(problemsIn({ 'traefik.enable': 'true', 'com.docker.compose.service': 'db' })).toEqual([]);
  });

  test('no value is ever repeated', () => {
    const values = fc.string({ unit: 'binary' }).map((text) => `${CANARY}${text}${CANARY}`);
    fc.assert(
      fc.property(fc.constantFrom(...STEERING_LABELS, 'pgvigil.password'), values, (label, value) => {
        expect(JSON.stringify(readLabels(new Map([[label, value]])).problems)).not.toContain(CANARY);
      }),
    );
  });
});
