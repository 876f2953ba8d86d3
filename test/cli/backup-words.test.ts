import { describe, expect, test } from 'vitest';
import { itemText, progressText } from '../../src/cli/backup/words.ts';
import { secretsOf } from '../../src/cli/secrets.ts';
import { BACKUP_EXIT, BackupAborted, BackupFailure, worstExit } from '../../src/guard/backup/failure.ts';
import { failedItem, outcomeOf } from '../../src/guard/backup/outcome.ts';
import { dumpNames } from '../../src/observe/backups/own/layout.ts';
import { parseText } from '../kit/config.ts';

const published = {
  directory: '/b/main/1/app.db',
  names: dumpNames('20261127T021500Z'),
  bytes: 2_500_000,
  partial: '',
};
const good = {
  ...outcomeOf({ what: 'database', datname: 'app' }),
  published,
  phasesMs: { dump: 1500, check: 500 },
};

describe('what is said of a backup', () => {
  test.each([
    [good, '"app": 2.5 MB in 2.0 s, /b/main/1/app.db/20261127T021500Z.dump'],
    [{ ...good, offsite: true, pruned: 2 }, /\.dump, and somewhere else; 2 older deleted$/],
    [{ ...outcomeOf({ what: 'globals', datname: undefined }), published }, /^roles and tablespaces: 2\.5 MB/],
    [failedItem(good, new BackupFailure(BACKUP_EXIT.offsite, 'no way')), /20261127T021500Z\.dump: no way$/],
    [
      failedItem(outcomeOf({ what: 'database', datname: 'a\nb' }), new BackupFailure(15, 'x')),
      /^"a[^\n]+b": x$/,
    ],
  ])('%#', (item, text) => {
    if (typeof text === 'string') expect(itemText(item)).toBe(text);
    else expect(itemText(item)).toMatch(text);
  });

  test('while it is made', () => {
    expect(progressText({ datname: 'app', phase: 'dump', elapsedMs: 12_400, bytes: 1_234_567_890 })).toBe(
      'app: dump, 12 s, 1.23 GB',
    );
    expect(progressText({ datname: undefined, phase: 'offsite', elapsedMs: 0, bytes: undefined })).toBe(
      'server: offsite, 0 s',
    );
  });
});

describe('how a run ends', () => {
  test.each([
    [[], 0],
    [[0, 0], 0],
    [[0, 19], 19],
    [[19, 18], 18],
    [[18, 19, 14, 0], 14],
    [[15, 14], 15],
  ] as const)('%j is %i', (exits, exit) => {
    expect(worstExit(exits)).toBe(exit);
  });

  test.each([
    [new BackupAborted('x'), 1, 'aborted'],
    [new BackupFailure(10, 'x'), 10, 'refused_identity'],
    [new BackupFailure(11, 'x'), 11, 'skipped_locked'],
    [Object.assign(new Error('x'), { code: 'ENOSPC' }), 12, 'failed'],
    [Object.assign(new Error('x'), { code: 'EIO' }), 17, 'failed'],
  ])('%s', (error, exit, result) => {
    expect(failedItem(good, error)).toMatchObject({ exit, result, published });
  });

  test('a bug is no failure of a backup', () => {
    expect(() => failedItem(good, new TypeError('x'))).toThrow(TypeError);
  });
});

test('every secret of backups is known, so that no output holds one', () => {
  const parsed = parseText(
    'servers: [{ name: main, url: postgres://me@db }]\nbackups:\n' +
      '  - { name: a, kind: pgvigil, directory: /a, user: u, password_file: /one, offsite: { restic: { repository: "rest:https://u:two@h/", password_file: /three, environment_file: /four } }, restore_test: { scratch: { url: "postgres://s@t", password_file: /five } } }\n' +
      '  - { name: b, kind: restic, repository: /r, password_file: /six }\n',
    { files: { '/one': 'one', '/three': 'three', '/four': 'A=four', '/five': 'five', '/six': 'six' } },
  );
  const secrets = parsed.ok ? secretsOf(parsed.config).map((secret) => secret.reveal()) : [];
  expect(secrets.sort()).toEqual(['five', 'four', 'one', 'six', 'three', 'two']);
});
