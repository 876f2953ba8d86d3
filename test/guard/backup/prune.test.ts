import { expect, test } from 'vitest';
import { itemOfDump } from '../../../src/guard/backup/prune.ts';
import type { Verification } from '../../../src/model/backup.ts';
import { groupNames } from '../../../src/observe/backups/own/layout.ts';
import { manifestOf } from '../../kit/manifests.ts';

const STAMP = '20261127T021500Z';

const proof = (changes: Partial<Verification> = {}): Verification => ({
  level: 'restore',
  at: 1,
  result: 'passed',
  reason: undefined,
  location: 'local',
  ...changes,
});
const archived = proof({ level: 'archive' });

test.each<[string, readonly Verification[], boolean, boolean]>([
  ['was decoded', [archived], true, false],
  ['was restored', [archived, proof()], true, true],
  [
    'failed, and passed somewhere else',
    [archived, proof({ result: 'failed' }), proof({ location: 'offsite' })],
    false,
    false,
  ],
  [
    'passed, and failed somewhere else',
    [archived, proof(), proof({ result: 'failed', location: 'offsite' })],
    true,
    true,
  ],
  ['passed, and told nothing later', [archived, proof(), proof({ result: 'inconclusive' })], true, true],
  ['was tried somewhere else only', [proof({ location: 'offsite' })], false, false],
])('a dump that %s', (_, verified, isGood, isRestoreVerified) => {
  const [found] = groupNames([`${STAMP}.dump`, `${STAMP}.manifest.json`]);
  if (found === undefined) throw new Error('unreachable: there is a dump');
  const item = itemOfDump({ directory: '/backups/main/app', found, manifest: manifestOf({ verified }) });
  expect(item).toMatchObject({ isGood, isQuestioned: false, isRestoreVerified });
});

test.each<[string, readonly Verification[], boolean]>([
  [
    'gave another answer to a question',
    [archived, proof({ result: 'failed', reason: 'sql: gives f' })],
    true,
  ],
  ['failed at a question without a detail', [archived, proof({ result: 'failed', reason: 'sql' })], true],
  ['lost rows', [archived, proof({ result: 'failed', reason: 'content: sql' })], false],
  [
    'gave another answer, and cannot be decoded',
    [
      proof({ level: 'archive', result: 'failed', reason: 'archive' }),
      proof({ result: 'failed', reason: 'sql' }),
    ],
    false,
  ],
])('a dump that %s is not good', (_, verified, isQuestioned) => {
  const [found] = groupNames([`${STAMP}.dump`, `${STAMP}.manifest.json`]);
  if (found === undefined) throw new Error('unreachable: there is a dump');
  const item = itemOfDump({ directory: '/backups/main/app', found, manifest: manifestOf({ verified }) });
  expect(item).toMatchObject({ isGood: false, isQuestioned, isRestoreVerified: false });
});
