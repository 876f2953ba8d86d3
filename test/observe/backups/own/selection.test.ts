import { expect, test } from 'vitest';
import { selectDatabases } from '../../../../src/observe/backups/own/selection.ts';

const there = ['app', 'template1', 'postgres', 'tmp_x', 'closed'].map((datname) => ({
  datname,
  isTemplate: datname === 'template1',
  allowsConnections: datname !== 'closed',
}));
const watched = { named: undefined, expect: ['gone'], learn: true, ignore: [/^tmp_/u] };

test.each([
  ['all that are watched, and what is missed', watched, ['app', 'gone', 'postgres']],
  ['only what is expected, where nothing is learned', { ...watched, learn: false }, ['gone']],
  ['what the source names, ignored or not', { ...watched, named: ['tmp_x'] }, ['tmp_x']],
])('%s', (_, options, chosen) => {
  expect(selectDatabases(there, options)).toEqual(chosen);
});
