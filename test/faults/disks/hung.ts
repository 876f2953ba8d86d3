import { waitFor } from '../../kit/wait.ts';
import type { Fault } from '../harness/fault.ts';
import type { Stage } from '../harness/stage.ts';
import { turnOver } from '../harness/turn-over.ts';
import type { Vigil } from '../harness/vigil.ts';
import { seconds } from '../harness/words.ts';
import { type Disks, openDisks, SEEN_WITHIN_MS, STUCK_WITHIN_MS } from './stage.ts';

/** What was killed tells nothing by its end: one try costs a process, so that tries become rare, up to 30 s. */
const RETRY_MS = 30_000 + SEEN_WITHIN_MS;

interface Hung {
  readonly disks: Disks;
  readonly vigil: Vigil;
  readonly mountpoint: string;
  /** Its server, which answers nothing. */
  readonly server: number;
  /** Until it was seen to be stuck, in ms. */
  readonly stuckMs: number;
}

/** A pgvigil that watches a filesystem which hung while it looked, in a way that nothing can kill who asked. */
async function hangDisk(stage: Stage): Promise<Hung> {
  const disks = await openDisks(stage);
  const mountpoint = disks.at('disk');
  const before = await disks.space.fuse(mountpoint, 'ok');
  const vigil = await disks.watch(mountpoint, '/');
  const server = await disks.exchange(mountpoint, before, 'hang');
  const stuckMs = await isStuck(vigil, mountpoint);
  return { disks, vigil, mountpoint, server, stuckMs };
}

/** Waits until the filesystem is said to be stuck, and nothing else is said of it. */
async function isStuck(vigil: Vigil, mountpoint: string): Promise<number> {
  // Between two mounts it may have been seen to be absent.
  const stuck = { mountpoint, reason: 'stuck' };
  const ms = await vigil.until('pgvigil_filesystem_down_info', stuck, 1, STUCK_WITHIN_MS);
  await vigil.until('pgvigil_filesystem_up', { mountpoint }, 0, 0);
  await vigil.until('pgvigil_filesystem_avail_bytes', { mountpoint }, undefined, 0);
  return ms;
}

/** The rest of the world is seen as ever while a filesystem hangs. */
const restIsSeen = ({ disks, vigil }: Pick<Hung, 'disks' | 'vigil'>, forMs: number): Promise<void> =>
  vigil.stays(
    'all else is seen',
    forMs,
    (scrape) =>
      disks.othersAreWell(scrape) && scrape.value('pgvigil_filesystem_up', { mountpoint: '/' }) === 1,
  );

const isBack = (vigil: Vigil, mountpoint: string): Promise<number> =>
  vigil.until('pgvigil_filesystem_up', { mountpoint }, 1, SEEN_WITHIN_MS);

/** How many helper processes there are in the namespace, whoever started them. */
async function helpersIn({ space }: Disks): Promise<number> {
  // The brackets keep the pattern from finding itself.
  const script = 'grep -lsz "disposable/[c]hild.js" /proc/[0-9]*/cmdline | wc -l';
  return Number(await space.run('bash', '-c', script));
}

export const HUNG_DISKS: readonly Fault[] = [
  {
    row: 1,
    name: 'statfs hangs, and nothing can kill who asked',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const hung = await hangDisk(stage);
      const { disks, vigil, mountpoint, server, stuckMs } = hung;
      await restIsSeen(hung, 10_000);
      await disks.exchange(mountpoint, server, 'ok');
      return `stuck after ${seconds(stuckMs)}, back after ${seconds(await isBack(vigil, mountpoint))}`;
    },
  },
  {
    row: 2,
    name: 'statfs hangs, and who asked can be killed',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const disks = await openDisks(stage);
      const { space, at, watch } = disks;
      const mountpoint = at('disk');
      const server = await space.fuse(mountpoint, 'ok');
      const vigil = await watch(mountpoint, '/');
      // What its server has not read yet can be given up.
      await space.run('kill', '-STOP', String(server));
      const stuckMs = await isStuck(vigil, mountpoint);
      await restIsSeen({ disks, vigil }, 8_000);
      const { processes } = vigil.usage();
      // One for the disks and one for the state; a killed one may be about to go.
      if (processes > vigil.baseline.processes + 1) throw new Error(`${processes} processes are left over`);
      await space.run('kill', '-CONT', String(server));
      const back = await vigil.until('pgvigil_filesystem_up', { mountpoint }, 1, RETRY_MS);
      return `stuck after ${seconds(stuckMs)}, helpers reaped, back after ${seconds(back)}`;
    },
  },
  {
    row: 4,
    name: 'SIGKILL and a new start while a filesystem hangs',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const hung = await hangDisk(stage);
      const { disks, vigil, mountpoint, server } = hung;
      const { startMs } = await turnOver(vigil, 'SIGKILL');
      const stuckMs = await isStuck(vigil, mountpoint);
      await vigil.becomes('all else is seen', 5_000, disks.othersAreWell);
      await restIsSeen(hung, 3_000);
      await disks.exchange(mountpoint, server, 'ok');
      const back = await isBack(vigil, mountpoint);
      // One for the disks and one for the state.
      await waitFor('no helper is left over', 5_000, async () => (await helpersIn(disks)) <= 2 || undefined);
      return `port free, started in ${seconds(startMs)}, stuck again after ${seconds(stuckMs)}, back after ${seconds(back)}`;
    },
  },
  {
    row: 5,
    name: 'SIGTERM while a filesystem hangs',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const { disks, vigil, mountpoint, server } = await hangDisk(stage);
      const { endMs, startMs } = await turnOver(vigil, 'SIGTERM');
      await isStuck(vigil, mountpoint);
      await disks.exchange(mountpoint, server, 'ok');
      await isBack(vigil, mountpoint);
      return `exit 0 after ${seconds(endMs)}, started in ${seconds(startMs)}`;
    },
  },
  {
    row: 6,
    name: 'a filesystem that hung loses its server, and another disk is mounted in its place',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const { disks, vigil, mountpoint, server } = await hangDisk(stage);
      await disks.space.run('kill', '-KILL', String(server));
      const gone = { mountpoint, reason: 'enotconn' };
      const toldMs = await vigil.until('pgvigil_filesystem_down_info', gone, 1, SEEN_WITHIN_MS);
      await disks.space.run('umount', mountpoint);
      await disks.space.run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'memory', mountpoint);
      const now = { mountpoint, fstype: 'tmpfs' };
      const back = await vigil.until('pgvigil_filesystem_avail_bytes', now, 2 ** 20, SEEN_WITHIN_MS);
      await vigil.until('pgvigil_filesystem_up', { mountpoint }, 1, 0);
      return `enotconn after ${seconds(toldMs)}, figures of the new disk after ${seconds(back)}`;
    },
  },
];
