import type { Fault } from '../harness/fault.ts';
import type { Stage } from '../harness/stage.ts';
import { seconds } from '../harness/words.ts';
import { openDisks, SEEN_WITHIN_MS } from './stage.ts';

/** A FUSE filesystem turns into one that gives this reason, and back. */
async function playReason(stage: Stage, reason: 'enotconn' | 'eio'): Promise<string> {
  const { space, at, watch, exchange, othersAreWell } = await openDisks(stage);
  const mountpoint = at('disk');
  const before = await space.fuse(mountpoint, 'ok');
  const vigil = await watch(mountpoint, '/');
  let server = before;
  if (reason === 'eio') server = await exchange(mountpoint, before, 'eio');
  else await space.run('kill', '-KILL', String(before));
  const told = await vigil.until('pgvigil_filesystem_down_info', { mountpoint, reason }, 1, SEEN_WITHIN_MS);
  await vigil.until('pgvigil_filesystem_up', { mountpoint }, 0, 0);
  await vigil.until('pgvigil_filesystem_size_bytes', { mountpoint }, undefined, 0);
  await vigil.stays('all else is seen', 6_000, othersAreWell);
  await exchange(mountpoint, server, 'ok');
  const back = await vigil.until('pgvigil_filesystem_up', { mountpoint }, 1, SEEN_WITHIN_MS);
  return `${reason} after ${seconds(told)}, back after ${seconds(back)}`;
}

export const BROKEN_DISKS: readonly Fault[] = [
  {
    row: 7,
    name: 'the server of a filesystem is killed',
    needs: ['mounts', 'postgres'],
    play: (stage) => playReason(stage, 'enotconn'),
  },
  {
    row: 8,
    name: 'statfs gives an I/O error',
    needs: ['mounts', 'postgres'],
    play: (stage) => playReason(stage, 'eio'),
  },
  {
    row: 9,
    name: 'ext4 finds itself damaged, while its mount options still say rw',
    needs: ['mounts', 'loop', 'postgres'],
    async play(stage) {
      const { space, watch, ext4 } = await openDisks(stage);
      const mountpoint = await ext4('disk');
      const vigil = await watch(mountpoint);
      await vigil.until('pgvigil_filesystem_readonly', { mountpoint }, 0, 0);
      const device = (await space.run('findmnt', '-no', 'SOURCE', mountpoint)).trim();
      const trigger = `/sys/fs/ext4/${device.replace('/dev/', '')}/trigger_fs_error`;
      await space.run('bash', '-c', 'echo broken > "$1"', '-', trigger);
      const told = await vigil.until('pgvigil_filesystem_readonly', { mountpoint }, 1, SEEN_WITHIN_MS);
      const options = (await space.run('findmnt', '-no', 'VFS-OPTIONS', mountpoint)).trim();
      await vigil.until('pgvigil_filesystem_up', { mountpoint }, 1, 0);
      await space.run('umount', mountpoint);
      await space.run(
        'bash',
        '-c',
        'fsck.ext4 -fy "$1" >/dev/null; test $? -le 1',
        '-',
        `${mountpoint}.image`,
      );
      await space.run('mount', '-o', 'loop', `${mountpoint}.image`, mountpoint);
      const back = await vigil.until('pgvigil_filesystem_readonly', { mountpoint }, 0, SEEN_WITHIN_MS);
      return `read-only after ${seconds(told)} (mount: ${options.split(',')[0]}), writable ${seconds(back)} after fsck`;
    },
  },
  {
    row: 10,
    name: 'somebody remounts it read-only',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const { space, watch, tmpfs } = await openDisks(stage);
      const mountpoint = await tmpfs('disk', 'size=1m');
      const vigil = await watch(mountpoint);
      await space.run('mount', '-o', 'remount,ro', mountpoint);
      const told = await vigil.until('pgvigil_filesystem_readonly', { mountpoint }, 1, SEEN_WITHIN_MS);
      await vigil.until('pgvigil_filesystem_up', { mountpoint }, 1, 0);
      await space.run('mount', '-o', 'remount,rw', mountpoint);
      const back = await vigil.until('pgvigil_filesystem_readonly', { mountpoint }, 0, SEEN_WITHIN_MS);
      return `read-only after ${seconds(told)}, writable after ${seconds(back)}`;
    },
  },
];
