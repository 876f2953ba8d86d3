import { isDeepStrictEqual } from 'node:util';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import type { Vigil } from '../harness/vigil.ts';
import { seconds } from '../harness/words.ts';
import { openDisks, SEEN_WITHIN_MS } from './stage.ts';

export const FULL_DISKS: readonly Fault[] = [
  {
    row: 12,
    name: 'the disk is full',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const { space, watch, tmpfs } = await openDisks(stage);
      const mountpoint = await tmpfs('disk', 'size=1m');
      const vigil = await watch(mountpoint);
      await vigil.until('pgvigil_filesystem_avail_bytes', { mountpoint }, 2 ** 20, 0);
      await space.run('bash', '-c', 'cat /dev/zero > "$1/x" 2>/dev/null; true', '-', mountpoint);
      const told = await vigil.until('pgvigil_filesystem_avail_bytes', { mountpoint }, 0, SEEN_WITHIN_MS);
      await vigil.until('pgvigil_filesystem_up', { mountpoint }, 1, 0);
      await space.run('rm', `${mountpoint}/x`);
      const back = await vigil.until(
        'pgvigil_filesystem_avail_bytes',
        { mountpoint },
        2 ** 20,
        SEEN_WITHIN_MS,
      );
      return `0 bytes after ${seconds(told)}, free after ${seconds(back)}`;
    },
  },
  {
    row: 13,
    name: 'no inode is left, and bytes are',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const { space, watch, tmpfs } = await openDisks(stage);
      const mountpoint = await tmpfs('disk', 'size=1m,nr_inodes=12');
      const vigil = await watch(mountpoint);
      await vigil.until('pgvigil_filesystem_files', { mountpoint }, 12, 0);
      await space.run('bash', '-c', 'touch "$1"/{1..20} 2>/dev/null; true', '-', mountpoint);
      const told = await vigil.until('pgvigil_filesystem_files_free', { mountpoint }, 0, SEEN_WITHIN_MS);
      await vigil.becomes(
        'bytes are free',
        0,
        (scrape) => (scrape.value('pgvigil_filesystem_avail_bytes', { mountpoint }) ?? 0) > 0,
      );
      await space.run('bash', '-c', 'rm "$1"/*', '-', mountpoint);
      const back = await vigil.until('pgvigil_filesystem_files_free', { mountpoint }, 11, SEEN_WITHIN_MS);
      return `0 inodes after ${seconds(told)}, free after ${seconds(back)}`;
    },
  },
  {
    row: 17,
    name: 'no shell, no df, no program but this one',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const { entry, backends, isWell } = await stage.postgres();
      const config = { servers: [entry], filesystems: { include: ['/'] } };
      const space = await stage.namespace();
      await space.run('bash', '-c', HIDE_PROGRAMS, process.execPath);
      const calm = (scrape: Exposition): boolean => isWell(scrape) && isWhole(scrape);
      const bare = await stage.watch(config, { backends, calm, through: space.through });
      // The other one would take from the connections that the role may have.
      const expected = await stage.postgres();
      const whole = await stage.watch({ ...config, servers: [expected.entry] }, { calm });
      const [seen, missing] = [shapeOf(bare), shapeOf(whole).filter((one) => !shapeOf(bare).includes(one))];
      if (missing.length > 0) throw new Error(`not seen without programs:\n${missing.join('\n')}`);
      const [one, other] = [await bare.report(), await whole.report()];
      if (!isDeepStrictEqual(one.host, other.host))
        throw new Error(`without programs the machine is ${JSON.stringify(one.host)}`);
      return `all ${seen.length} series are there, as with them`;
    },
  },
];

/** Leaves of all directories for programs only Node.js. */
const HIDE_PROGRAMS = `
  set -e
  bare=$(mktemp -d)
  mount -t tmpfs bare "$bare"
  touch "$bare/node"
  mount --bind "$0" "$bare/node"
  for directory in /usr/sbin /usr/local/bin /usr/local/sbin; do mount --bind "$(mktemp -d -p "$bare")" $directory; done
  mount --move "$bare" /usr/bin
`;

/** What describes the machine is read by programs where there are any. */
const isWhole = (scrape: Exposition): boolean =>
  scrape.value('pgvigil_host_boot_timestamp_seconds') !== undefined;

/** What identifies the one server and the other is left out. */
const shapeOf = ({ watch }: Vigil): readonly string[] =>
  (watch.last()?.series ?? []).map(({ name, labels }) =>
    name === 'pgvigil_server_info' ? name : `${name} ${JSON.stringify(labels)}`,
  );
