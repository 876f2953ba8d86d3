import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Namespace } from '../kit/namespace.ts';
import type { Exposition } from './exposition.ts';
import type { Fault } from './fault.ts';
import type { Stage } from './stage.ts';
import type { Vigil } from './vigil.ts';

/** A look that does not end in 2 s is stuck; then it has to be the turn of that filesystem, every 5 s. */
const STUCK_WITHIN_MS = 9_000;
/** One interval, a look and the scrape after it. */
const BACK_WITHIN_MS = 9_000;

interface Disks {
  readonly space: Namespace;
  /** The path of a mount that a fault makes. */
  readonly at: (name: string) => string;
  /** A pgvigil in the namespace that watches these paths and a PostgreSQL. */
  readonly watch: (...paths: readonly string[]) => Promise<Vigil>;
  /** Whether the PostgreSQL and its databases are still seen well. */
  readonly othersAreWell: (scrape: Exposition) => boolean;
}

async function openDisks(stage: Stage): Promise<Disks> {
  const { entry, backends, isWell } = await stage.postgres();
  const space = await stage.namespace();
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-fault-'));
  stage.undo(() => rm(directory, { recursive: true, force: true }));
  return {
    space,
    at: (name) => join(directory, name),
    othersAreWell: isWell,
    watch: (...include) =>
      stage.watch(
        { servers: [entry], filesystems: { include } },
        {
          through: space.through,
          backends,
          calm: (scrape) =>
            isWell(scrape) &&
            include.every((mountpoint) => scrape.value('pgvigil_filesystem_up', { mountpoint }) === 1),
        },
      ),
  };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Filesystems that hang, fail, fill up or turn read-only. */
export const DISKS: readonly Fault[] = [
  {
    row: 1,
    name: 'statfs hangs, and nothing can kill who asked',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const { space, at, watch, othersAreWell } = await openDisks(stage);
      const mountpoint = at('disk');
      const server = await space.fuse(mountpoint, 'ok');
      const vigil = await watch(mountpoint, '/');
      await space.run('kill', '-KILL', String(server));
      await space.run('umount', '--lazy', mountpoint);
      const hung = await space.fuse(mountpoint, 'hang');
      const stuck = await vigil.until('pgvigil_filesystem_up', { mountpoint }, 0, STUCK_WITHIN_MS);
      await vigil.until('pgvigil_filesystem_down_info', { mountpoint, reason: 'stuck' }, 1, 0);
      await vigil.until('pgvigil_filesystem_avail_bytes', { mountpoint }, undefined, 0);
      await vigil.stays(
        'all else is seen',
        10_000,
        (scrape) => othersAreWell(scrape) && scrape.value('pgvigil_filesystem_up', { mountpoint: '/' }) === 1,
      );
      await space.run('kill', '-KILL', String(hung));
      await space.run('umount', '--lazy', mountpoint);
      await space.fuse(mountpoint, 'ok');
      const back = await vigil.until('pgvigil_filesystem_up', { mountpoint }, 1, BACK_WITHIN_MS);
      return `stuck after ${seconds(stuck)}, back after ${seconds(back)}`;
    },
  },
];
