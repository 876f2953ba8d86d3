import { describe, expect, test } from 'vitest';
import { planText } from '../../../src/cli/restore/plan-text.ts';
import type { RestorePlan } from '../../../src/guard/restore/restore.ts';
import type { TargetNow } from '../../../src/guard/restore/target.ts';
import { manifestOf } from '../../kit/manifests.ts';

const tools = { version: '15.18', major: 15, directory: '/bin', path: (name: string) => name };
const plan = (database: TargetNow['database']): RestorePlan => ({
  dump: {
    id: '1',
    path: '/1.dump',
    format: 'archive',
    manifest: manifestOf({ databaseBytes: 2_000_000_000 }),
    dataAt: 0,
    tools,
    release: async () => {},
  },
  datname: 'shop',
  target: { systemIdentifier: '1', major: 15, database, missingRoles: [] },
  options: undefined,
  owner: undefined,
  leftOut: [],
});
const textOf = (database: TargetNow['database']): string =>
  planText(plan(database), { source: 'nightly', target: 'db:5432' });

describe('the plan of a restore', () => {
  test('says what room it needs', () => {
    expect(textOf('missing')).toContain('about 2100 MB are needed there for the data, and beside it for WAL');
  });

  test('says what is left where it fails', () => {
    expect(textOf('missing')).toContain('the new database is dropped again');
    expect(textOf('empty')).toContain('what had come until then stays in it');
    expect(textOf('empty')).not.toContain('dropped again');
  });
});
