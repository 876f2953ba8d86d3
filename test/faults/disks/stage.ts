import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Namespace } from '../../kit/namespace.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Stage } from '../harness/stage.ts';
import type { Vigil } from '../harness/vigil.ts';

/** A look that does not end in 2 s is stuck; then it has to be the turn of that filesystem, every 5 s. */
export const STUCK_WITHIN_MS = 9_000;
/** One interval, a look and the scrape after it. */
export const SEEN_WITHIN_MS = 9_000;

/** A pgvigil in a namespace, and filesystems there that misbehave. */
export interface Disks {
  readonly space: Namespace;
  /** The path of a mount that a fault makes. */
  readonly at: (name: string) => string;
  /** A pgvigil in the namespace that watches these paths and a PostgreSQL. */
  readonly watch: (...paths: readonly string[]) => Promise<Vigil>;
  /** Whether the PostgreSQL and its databases are still seen well. */
  readonly othersAreWell: (scrape: Exposition) => boolean;
  /** Mounts a small ext4 in a file; gives its mount point. */
  readonly ext4: (name: string) => Promise<string>;
  /** Mounts memory with these options; gives its mount point. */
  readonly tmpfs: (name: string, options: string) => Promise<string>;
  /** Ends the server of a FUSE filesystem and mounts another one in its place; gives the pid of the new server. */
  readonly exchange: (mountpoint: string, server: number, mode: 'hang' | 'eio' | 'ok') => Promise<number>;
}

/** A PostgreSQL that all is well with, and a namespace; needs `mounts`, and `loop` for `ext4`. `times`: of the config. */
export async function openDisks(stage: Stage, times: object = {}): Promise<Disks> {
  const { entry, backends, isWell } = await stage.postgres();
  const space = await stage.namespace();
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-fault-'));
  stage.undo(() => rm(directory, { recursive: true, force: true }));
  const at = (name: string): string => join(directory, name);
  return {
    space,
    at,
    othersAreWell: isWell,
    watch: (...include) =>
      stage.watch(
        { servers: [entry], filesystems: { include }, ...times },
        {
          through: space.through,
          backends,
          calm: (scrape) =>
            isWell(scrape) &&
            include.every((mountpoint) => scrape.value('pgvigil_filesystem_up', { mountpoint }) === 1),
        },
      ),
    async ext4(name) {
      const image = at(`${name}.image`);
      await space.run('mkdir', at(name));
      await space.run('truncate', '-s', '16m', image);
      await space.run('mkfs.ext4', '-q', image);
      await space.run('mount', '-o', 'loop,errors=remount-ro', image, at(name));
      // A loop device outlives the namespace while its filesystem is frozen.
      stage.undo(() =>
        space.run('bash', '-c', 'fsfreeze -u "$1" 2>/dev/null; umount --lazy "$1"; true', '-', at(name)),
      );
      return at(name);
    },
    async tmpfs(name, options) {
      await space.run('mkdir', at(name));
      await space.run('mount', '-t', 'tmpfs', '-o', options, 'memory', at(name));
      return at(name);
    },
    async exchange(mountpoint, server, mode) {
      await space.run('bash', '-c', 'kill -KILL "$1" 2>/dev/null; true', '-', String(server));
      await space.run('umount', '--lazy', mountpoint);
      return space.fuse(mountpoint, mode);
    },
  };
}
