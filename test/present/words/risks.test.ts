import { expect, test } from 'vitest';
import { RISKS } from '../../../src/model/risk.ts';
import { riskStory } from '../../../src/present/words/risks.ts';
import { RISKS_PRESENT } from '../../fixtures/incidents.ts';
import { expectGolden } from '../../kit/golden.ts';

test('every risk says what it means and what to do, in the words that were reviewed', () => {
  expect(RISKS_PRESENT.map(({ risk }) => risk)).toEqual([...RISKS]);
  const written = RISKS_PRESENT.map((risk) => {
    const { title, meaning, remedy, example } = riskStory(risk);
    return [`== ${risk.risk}`, title, meaning, remedy, ...example.map((line) => `    ${line}`), ''].join(
      '\n',
    );
  });
  expectGolden(written.join('\n'), 'test/golden/risk-stories.txt');
});

test('a risk without facts still reads as a sentence', () => {
  for (const risk of RISKS_PRESENT) {
    const { meaning, example } = riskStory({ ...risk, facts: {} });
    for (const line of [meaning, ...example]) expect(line).not.toMatch(/undefined|\[object/);
    expect(meaning).not.toMatch(/ {2}|\(\)/);
    expect(meaning).toMatch(/^[A-Zp].*\.$/);
  }
});

test('a hostile name never becomes a part of a command', () => {
  for (const risk of RISKS_PRESENT) {
    const facts = Object.fromEntries(Object.keys(risk.facts).map((key) => [key, "x'; $(reboot) `id`\n"]));
    for (const line of riskStory({ ...risk, server: 'a\nb', facts }).example) {
      expect(line).not.toMatch(/\n/);
      if (!line.startsWith('#')) expect(line).not.toContain('reboot');
    }
  }
});
