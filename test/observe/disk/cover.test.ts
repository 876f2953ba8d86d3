import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mountTree } from '../../../src/observe/disk/cover.ts';
import type { Mount } from '../../../src/observe/disk/mountinfo.ts';

function mount(id: number, parentId: number, mountpoint: string, changes: Partial<Mount> = {}): Mount {
  return {
    id,
    parentId,
    deviceId: `8:${id}`,
    mountpoint,
    device: `/dev/sd${id}`,
    fstype: 'ext4',
    readonly: false,
    ...changes,
  };
}

const root = mount(1, 0, '/');

describe('the mount that covers a path', () => {
  test.each([
    ['the longest mountpoint', [root, mount(2, 1, '/data'), mount(3, 2, '/data/pg')], '/data/pg/base', 3],
    ['the mountpoint itself', [root, mount(2, 1, '/data')], '/data', 2],
    ['component by component', [root, mount(2, 1, '/data')], '/database/x', 1],
    ['in any order of lines', [mount(3, 2, '/data/pg'), mount(2, 1, '/data'), root], '/data/pg', 3],
    [
      'the last of a stack',
      [root, mount(2, 1, '/data'), mount(3, 2, '/data'), mount(4, 3, '/data')],
      '/data/x',
      4,
    ],
    ['a root mounted over the first root', [root, mount(2, 1, '/'), mount(3, 2, '/data')], '/data', 3],
    [
      'not one that a mount over its parent hides',
      [root, mount(2, 1, '/a/b'), mount(3, 1, '/a')],
      '/a/b/c',
      3,
    ],
    [
      'not one below a hidden one',
      [root, mount(2, 1, '/a'), mount(3, 2, '/a/b'), mount(4, 2, '/a')],
      '/a/b',
      4,
    ],
    ['a path that is not normal', [root, mount(2, 1, '/data')], '//x/../data/./y/', 2],
    ['a mount whose parent is not visible to us', [root, mount(2, 99, '/data')], '/data/x', 2],
    ['nothing but a mount below a root that we do not see', [mount(2, 99, '/data')], '/data/x', 2],
  ])('%s', (_, mounts, path, id) => {
    expect(mountTree(mounts).cover(path)?.id).toBe(id);
  });

  test('none covers a relative path, or anything where nothing is mounted', () => {
    expect(mountTree([root]).cover('data')).toBeUndefined();
    expect(mountTree([root]).cover('')).toBeUndefined();
    expect(mountTree([]).cover('/')).toBeUndefined();
    expect(mountTree([mount(2, 99, '/data')]).cover('/other')).toBeUndefined();
  });

  test('mounts that are hidden are not visible', () => {
    const mounts = [root, mount(2, 1, '/a/b'), mount(3, 1, '/a'), mount(4, 3, '/a')];
    expect(mountTree(mounts).visible.map((one) => one.id)).toEqual([1, 4]);
  });

  test('no tree, however wrong, makes it hang or throw', () => {
    const id = fc.nat(6);
    const path = fc
      .array(fc.constantFrom('a', 'b', '..', ''), { maxLength: 3 })
      .map((parts) => `/${parts.join('/')}`);
    const any = fc
      .record({ id, parentId: id, mountpoint: path })
      .map((one) => mount(one.id, one.parentId, one.mountpoint));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), path, (mounts, asked) => {
        const found = mountTree(mounts).cover(asked);
        expect(found === undefined || mounts.includes(found)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
