import { expect, test } from 'vitest';
import { suggest } from '../../src/config/suggest.ts';

const KEYS = ['name', 'url', 'password', 'password_file', 'passfile', 'learn', 'learn_after', 'tls'];

test.each([
  ['lern_after', 'learn_after'],
  ['learnAfter', 'learn_after'],
  ['LEARN-AFTER', 'learn_after'],
  ['nmae', 'name'],
  ['ulr', 'url'],
  ['pasword', 'password'],
  ['passwordfile', 'password_file'],
  ['tsl', 'tls'],
  ['colour', undefined],
  ['x', undefined],
  ['', undefined],
  ['password'.repeat(10_000), undefined],
])('%s: %s', (word, meant) => {
  expect(suggest(word, KEYS)).toBe(meant);
});
