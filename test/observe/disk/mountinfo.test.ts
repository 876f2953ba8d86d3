import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMountinfo } from '../../../src/observe/disk/mountinfo.ts';

const only = (line: string) => parseMountinfo(line)[0];

describe('mountinfo', () => {
  test.each([
    [
      'a disk',
      '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard',
      {
        id: 27,
        parentId: 1,
        deviceId: '254:0',
        mountpoint: '/',
        device: '/dev/vda',
        fstype: 'ext4',
        readonly: false,
      },
    ],
    [
      'optional fields, as many as there are',
      '36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 master:2 propagate_from:3 unbindable - ext3 /dev/root rw',
      { id: 36, parentId: 35, mountpoint: '/mnt2', device: '/dev/root', fstype: 'ext3', readonly: false },
    ],
    [
      'a space, a tab, a newline and a backslash',
      '2 1 0:5 / /a\\040b\\011c\\012d\\134e rw - fuse.sshfs me@host:/x\\040y rw',
      { mountpoint: '/a b\tc\nd\\e', device: 'me@host:/x y' },
    ],
    ['any other octal escape', '2 1 0:5 / /a\\043b rw - ext4 /dev/sda rw', { mountpoint: '/a#b' }],
    [
      'a backslash that escapes nothing',
      '2 1 0:5 / /a\\09b\\ rw - ext4 /dev/sda rw',
      { mountpoint: '/a\\09b\\' },
    ],
    ['a view that may not write', '2 1 0:5 /data /a ro,nosuid - ext4 /dev/sda rw', { readonly: false }],
    ['a mount that is read-only', '2 1 0:5 / /a ro,nosuid - ext4 /dev/sda ro', { readonly: true }],
    [
      'a device that is read-only',
      '2 1 0:5 / /a rw - ext4 /dev/sda ro,errors=remount-ro',
      { readonly: true },
    ],
    ['ext4 after an error', '2 1 0:5 / /a rw,relatime - ext4 /dev/sda rw,emergency_ro', { readonly: true }],
    [
      'options that only contain ro',
      '2 1 0:5 / /a rw,norofoo - ext4 /dev/sda rw,errors=remount-ro',
      { readonly: false },
    ],
    ['no source at all', '2 1 0:5 / /a rw - tmpfs  rw', { device: '', fstype: 'tmpfs' }],
    ['a mountpoint called -', '2 1 0:5 / /- rw - tmpfs none rw', { mountpoint: '/-' }],
  ])('%s', (_, line, mount) => {
    expect(only(line)).toMatchObject(mount);
  });

  test.each([
    '',
    ' ',
    '1 2 3',
    '27 1 254:0 / / rw,relatime ext4 /dev/vda rw',
    'x 1 0:1 / / rw - ext4 a rw',
    '2 1 0:5 / a rw - ext4 a rw',
  ])('a line that is not understood is left out: %j', (line) => {
    expect(parseMountinfo(`${line}\n27 1 254:0 / / rw - ext4 /dev/vda rw\n`)).toHaveLength(1);
  });

  test('no text makes it throw', () => {
    const word = fc.oneof(fc.constantFrom('-', '/', '1', '\\040', '\\999', '', 'rw', 'ro,'), fc.string());
    fc.assert(
      fc.property(fc.array(fc.array(word).map((words) => words.join(' '))), (lines) => {
        for (const mount of parseMountinfo(lines.join('\n'))) expect(mount.mountpoint).toMatch(/^\//);
      }),
      { numRuns: 1_000 },
    );
  });

  test('every escaped name is read back', () => {
    const escaped = (name: string) =>
      name.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const line = `2 1 0:5 / ${escaped(`/${name}`)} rw - ext4 ${escaped(name)} rw`;
        expect(only(line)).toMatchObject({ mountpoint: `/${name}`, device: name });
      }),
    );
  });

  test('the mounts of this machine', () => {
    const mounts = parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
    expect(mounts.map((mount) => mount.mountpoint)).toContain('/');
    expect(mounts.find((mount) => mount.mountpoint === '/proc')).toMatchObject({ fstype: 'proc' });
  });
});
