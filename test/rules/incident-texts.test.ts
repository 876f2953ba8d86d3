import { describe, expect, test } from 'vitest';
import { alertRules } from '../kit/rules.ts';

const TEXTS = ['cause', 'confidence', 'headline', 'evidence'] as const;
const told = alertRules().filter(({ annotations }) => annotations['cause'] !== undefined);

describe('what an alert tells of its incident', () => {
  test('is told by some', () => {
    expect(told.length).toBeGreaterThan(5);
  });

  test.each(TEXTS)('asks for the %s in the same words in every file', (name) => {
    expect(new Set(told.map(({ annotations }) => annotations[name])).size).toBe(1);
  });

  test('asks for the four texts of one and the same incident', () => {
    const queries = TEXTS.map((name) => /query \(.*\) -}}/s.exec(told[0]?.annotations[name] ?? '')?.[0]);
    expect(queries[0]).toBeDefined();
    expect(new Set(queries).size).toBe(1);
  });

  test('is when a database was last seen, in the same words, where one is named', () => {
    const ofDatabases = told.filter(({ alert }) => alert.startsWith('PgVigilDatabase'));
    expect(new Set(ofDatabases.map(({ annotations }) => annotations['last_seen'])).size).toBe(1);
    for (const { alert, annotations } of told) {
      expect(annotations['last_seen'] !== undefined, alert).toBe(alert.startsWith('PgVigilDatabase'));
    }
  });
});
