import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Namespace } from '../../kit/namespace.ts';
import { waitFor } from '../../kit/wait.ts';
import type { Fault } from '../harness/fault.ts';
import { noLoss } from '../harness/no-loss.ts';
import type { Stage } from '../harness/stage.ts';
import type { Vigil } from '../harness/vigil.ts';

interface Logging {
  readonly vigil: Vigil;
  /** A directory of its own. */
  readonly directory: string;
  /** What would be told in the log happens: a database goes, is seen to be gone, and is there again. */
  readonly lose: () => Promise<void>;
}

/** Starts a pgvigil after a few lines of bash that redirect its standard streams; `$0` is the directory. */
async function watchAfter(stage: Stage, script: string, space?: Namespace): Promise<Logging> {
  const { entry, backends, isWell, postgres } = await stage.postgres();
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-fault-'));
  stage.undo(() => rm(directory, { recursive: true, force: true }));
  const shell = ['bash', '-c', `set -e\n${script}\nexec "$@" --log.level debug`, directory];
  const through = [...(space?.through ?? []), ...shell];
  const vigil = await stage.watch({ servers: [entry] }, { backends, calm: isWell, through });
  const lifted = noLoss(vigil);
  await vigil.stays('it goes on', 3_000, () => true);
  lifted();
  return {
    vigil,
    directory,
    async lose() {
      const shop = { server: 'main', datname: 'shop' };
      await postgres.query('DROP DATABASE shop');
      await vigil.until('pgvigil_database_present', shop, 0, 3_000);
      await postgres.query('CREATE DATABASE shop');
      await vigil.until('pgvigil_database_present', shop, 1, 3_000);
    },
  };
}

/** Faults of where the log goes; what is lost of it has to harm nothing else. */
export const LOGS: readonly Fault[] = [
  {
    row: 106,
    name: 'whoever read the log has gone',
    needs: ['postgres'],
    async play(stage) {
      const { lose } = await watchAfter(stage, 'exec 1> >(head -c 1 >/dev/null) 2>&1');
      await lose();
      return 'goes on without a log';
    },
  },
  {
    row: 107,
    name: 'nobody reads the log, and its pipe is full',
    needs: ['postgres'],
    async play(stage) {
      const full = 'mkfifo "$0/log"; exec 2<>"$0/log"; head -c 65536 /dev/zero >&2';
      const { lose } = await watchAfter(stage, full);
      await lose();
      return 'goes on without a log';
    },
  },
  {
    row: 108,
    name: 'the disk of the log is full, and has room again',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const space = await stage.namespace();
      const script = [
        'mount -t tmpfs -o size=64k none "$0"',
        'head -c 65536 /dev/zero > "$0/ballast"',
        'exec 2>>"$0/log"',
      ].join('\n');
      const { directory, lose } = await watchAfter(stage, script, space);
      await lose();
      await space.run('rm', join(directory, 'ballast'));
      await lose();
      const log = await waitFor('what was lost is told', 5_000, async () => {
        const text = await space.run('cat', join(directory, 'log'));
        return text.includes('could not be written and are lost') ? text : undefined;
      });
      const lines = /"lines":(\d+)/.exec(log)?.[1];
      return `goes on; then tells that ${lines} lines were lost, and logs again`;
    },
  },
  {
    row: 109,
    name: 'standard input, output and error are closed',
    needs: ['postgres'],
    async play(stage) {
      const { lose } = await watchAfter(stage, 'exec 0<&- 1>&- 2>&-');
      await lose();
      return 'goes on without a log';
    },
  },
];
