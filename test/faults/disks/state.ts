import type { Fault } from '../harness/fault.ts';
import { turnOver } from '../harness/turn-over.ts';
import { seconds } from '../harness/words.ts';
import { openDisks } from './stage.ts';

/** A write that does not end in 5 s is stuck. */
const STUCK_WRITE_MS = 9_000;
/** Within it a write that failed for a while is tried again. */
const RETRY_MS = 25_000;

export const STATE_DISKS: readonly Fault[] = [
  {
    row: 16,
    name: 'the disk of the state directory is frozen',
    needs: ['mounts', 'loop', 'postgres'],
    async play(stage) {
      const { postgres, entry, backends, isWell } = await stage.postgres();
      const { space, ext4 } = await openDisks(stage);
      const mountpoint = await ext4('state');
      const directory = `${mountpoint}/pgvigil`;
      const vigil = await stage.watch(
        { servers: [entry], state: { directory } },
        {
          through: space.through,
          backends,
          calm: (scrape) => isWell(scrape) && scrape.value('pgvigil_state_durable') === 1,
        },
      );
      const shop = { server: 'main', datname: 'shop' };
      await space.run('fsfreeze', '-f', mountpoint);
      await postgres.query('DROP DATABASE shop');
      const missing = await vigil.until('pgvigil_database_present', shop, 0, 3_000);
      const told = await vigil.until('pgvigil_state_durable', {}, 0, STUCK_WRITE_MS);
      const { endMs, startMs } = await turnOver(vigil, 'SIGTERM');
      await vigil.until('pgvigil_database_present', shop, 0, 3_000);
      await vigil.until('pgvigil_state_durable', {}, 0, STUCK_WRITE_MS);
      await postgres.query('CREATE DATABASE shop');
      await vigil.until('pgvigil_database_present', shop, 1, 3_000);
      await space.run('fsfreeze', '-u', mountpoint);
      const back = await vigil.until('pgvigil_state_durable', {}, 1, RETRY_MS);
      const saved = await space.run('cat', `${directory}/ledger.json`);
      if (!saved.includes('shop')) throw new Error('the ledger does not know what it has to');
      return [
        `loss seen after ${seconds(missing)}`,
        `not durable after ${seconds(told)}`,
        `exit 0 after ${seconds(endMs)}`,
        `started in ${seconds(startMs)}`,
        `durable ${seconds(back)} after the thaw`,
      ].join(', ');
    },
  },
];
