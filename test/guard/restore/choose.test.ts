import { describe, expect, test } from 'vitest';
import { type Candidate, chooseBackup } from '../../../src/guard/restore/choose.ts';
import { Verdict } from '../../../src/guard/restore/verdict.ts';
import { manifestOf } from '../../kit/manifests.ts';

const candidate = (
  id: string,
  state: Candidate['state'] = manifestOf(),
  systemIdentifier = '1',
): Candidate => ({
  id,
  systemIdentifier,
  directory: '/backups/app.db',
  dataPath: `/backups/app.db/${id}.dump`,
  manifestName: `${id}.manifest.json`,
  state,
});
const OLD = candidate('20261125T021500Z');
const NEW = candidate('20261126T021500Z');

function verdictOf(candidates: readonly Candidate[], id?: string): Verdict {
  try {
    chooseBackup(candidates, id);
  } catch (error) {
    if (error instanceof Verdict) return error;
    throw error;
  }
  throw new Error('it chose one');
}

describe('choosing the backup that is tried', () => {
  test('takes the newest, or the one that is named', () => {
    expect(chooseBackup([OLD, NEW], undefined).id).toBe(NEW.id);
    expect(chooseBackup([OLD, NEW], OLD.id).id).toBe(OLD.id);
    const other = candidate(OLD.id, manifestOf(), '2');
    expect(chooseBackup([OLD, other], `1/${OLD.id}`).systemIdentifier).toBe('1');
  });

  test('passes over what has no manifest, for it never became a backup', () => {
    expect(chooseBackup([OLD, candidate('20261127T021500Z', 'uncommitted')], undefined).id).toBe(OLD.id);
    expect(verdictOf([candidate(NEW.id, 'uncommitted')])).toMatchObject({
      result: 'inconclusive',
      reason: 'no_backup',
    });
    expect(verdictOf([candidate(NEW.id, 'uncommitted')], NEW.id).message).toContain('has no manifest');
  });

  test('a manifest that cannot be read, or whose dump is gone, is a broken backup', () => {
    expect(verdictOf([OLD, candidate(NEW.id, { unreadable: 'cut off' })])).toMatchObject({
      result: 'failed',
      reason: 'manifest',
    });
    expect(verdictOf([OLD, candidate(NEW.id, 'no_data')])).toMatchObject({
      result: 'failed',
      reason: 'checksum',
    });
  });

  test('none is no proof of anything', () => {
    expect(verdictOf([])).toMatchObject({ result: 'inconclusive', reason: 'no_backup' });
    expect(verdictOf([OLD], '20200101T000000Z').message).toContain('there is no backup 20200101T000000Z');
  });
});
