import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBeginning, readTree } from '../../../src/observe/backups/tree.ts';

describe('the files below a directory', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'tree-'));
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'top.dump'), 'PGDMP and more');
    writeFileSync(join(root, 'a/one.dump'), '');
    writeFileSync(join(root, 'a/b/deep.dump'), 'x');
    symlinkSync('top.dump', join(root, 'latest.dump'));
    symlinkSync('.', join(root, 'a/loop'));
    symlinkSync('/nowhere', join(root, 'broken.dump'));
    execFileSync('mkfifo', [join(root, 'pipe.dump')]);
    for (const of of ['.', 'a']) {
      mkdirSync(join(root, of, 'lost+found'), { mode: 0o700 });
      writeFileSync(join(root, of, 'lost+found/#12'), 'PGDMP');
    }
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test.each([
    [0, ['top.dump']],
    [1, ['a/one.dump', 'top.dump']],
    [9, ['a/b/deep.dump', 'a/one.dump', 'top.dump']],
  ])(
    '%d directories deep are the plain ones, without links and pipes and what fsck found',
    (depth, paths) => {
      const found = readTree(root, depth);
      expect(found.map(({ path }) => path).sort()).toEqual(paths);
      expect(found.find(({ path }) => path === 'top.dump')).toMatchObject({
        bytes: 14,
        modifiedMs: expect.any(Number),
        inode: expect.stringMatching(/^\d+$/),
      });
    },
  );

  test('a directory that is not there is no empty one', () => {
    expect(() => readTree(join(root, 'none'), 0)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test('a beginning is read of plain files only', () => {
    const begins = (name: string) => readBeginning(join(root, name), 5);
    expect(Buffer.from(begins('top.dump') ?? []).toString()).toBe('PGDMP');
    expect(begins('a/one.dump')).toHaveLength(0);
    for (const name of ['latest.dump', 'broken.dump', 'none.dump', 'pipe.dump'])
      expect(begins(name)).toBeUndefined();
  });
});
