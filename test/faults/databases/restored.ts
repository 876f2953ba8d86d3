import { appendFile, cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../kit/docker.ts';
import { program } from '../../kit/needs.ts';
import type { Postgres } from '../../kit/postgres.ts';
import { RUN_AS } from '../../kit/postgres-binaries.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { HBA } from '../harness/server.ts';

const BACK_WITHIN_MS = 15_000;
const SERVER = { server: 'main' };
const REPLICATION = { wal_level: 'replica', max_wal_senders: '5' };

const opened = (scrape: Exposition): string | undefined =>
  scrape.find('pgvigil_incident_open').length > 0 ? 'something was called lost' : undefined;

/** The same cluster, from a backup. */
export const RESTORED_DATABASES: readonly Fault[] = [
  {
    row: 50,
    name: 'restored from a base backup to a point in time',
    needs: ['root', 'postgres15'],
    async play(stage) {
      const hba = [...HBA, 'host replication all 127.0.0.1/32 trust'];
      const { postgres, entry, backends, isWell } = await stage.postgres({
        version: 15,
        hba,
        settings: REPLICATION,
      });
      const backup = await baseBackup(postgres);
      const vigil = await stage.watch(
        { servers: [entry], intervals: { connect: '1s' } },
        { backends, calm: isWell },
      );
      vigil.watch.forbid(opened);
      await postgres.stop();
      await rm(postgres.dataDirectory, { recursive: true });
      await cp(backup, postgres.dataDirectory, { recursive: true });
      await recoverToTheEnd(postgres);
      await postgres.start();
      await vigil.until('pgvigil_server_timeline', SERVER, 2, BACK_WITHIN_MS);
      const back = await vigil.becomes('seen well', BACK_WITHIN_MS, isWell);
      await vigil.until('pgvigil_server_identity_match', SERVER, 1, 0);
      await vigil.stays('seen well', 5_000, isWell);
      return `the same cluster on timeline 2, nothing opened, well after ${(back / 1000).toFixed(1)} s`;
    },
  },
];

async function baseBackup({ port, socketDirectory }: Postgres): Promise<string> {
  const directory = join(socketDirectory, 'backup');
  const source = `host=127.0.0.1 port=${port} user=postgres`;
  const copy = ['--checkpoint=fast', '--no-sync', '-D', directory, '-d', source];
  await must(program('/usr/lib/postgresql/15/bin/pg_basebackup'), copy);
  return directory;
}

/** As after a disaster: the recovery takes what the backup has, and begins a timeline of its own. */
async function recoverToTheEnd({ dataDirectory }: Postgres): Promise<void> {
  await appendFile(
    join(dataDirectory, 'postgresql.conf'),
    `restore_command = 'false'\nrecovery_target = 'immediate'\nrecovery_target_action = 'promote'\n`,
  );
  await appendFile(join(dataDirectory, 'recovery.signal'), '');
  if (RUN_AS) await must('chown', ['-R', `${RUN_AS.uid}:${RUN_AS.gid}`, dataDirectory]);
  await must('chmod', ['0700', dataDirectory]);
}
