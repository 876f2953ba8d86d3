import type { WalGBackups } from '../../model/backup-source.ts';
import { list, number, optional } from '../../model/readers.ts';
import type { BackupCopy, Listing } from './copy.ts';
import { having, identifier, isoTime, readForeign } from './foreign.ts';

/** What is asked of WAL-G: read-only. */
export const walGCommand = ({ command, configFile }: WalGBackups): readonly string[] => [
  ...command,
  ...(configFile === undefined ? [] : ['--config', configFile]),
  'backup-list',
  '--detail',
  '--json',
];

const readList = list(
  having({
    finish_time: isoTime,
    system_identifier: optional(identifier),
    uncompressed_size: optional(number),
  }),
);

/** The backups of a storage, out of `wal-g backup-list --detail --json`. Without any it writes nothing, or `null`. */
export function parseWalG(output: string, { location }: Pick<WalGBackups, 'location'>): Listing {
  const written = output.trim();
  const backups = written === '' || written === 'null' ? [] : readForeign(written, readList);
  const copies = backups.map(
    (backup): BackupCopy => ({
      datname: '',
      location,
      finishedAt: backup.finish_time,
      bytes: backup.uncompressed_size,
      systemIdentifier: backup.system_identifier,
      oid: undefined,
      verified: [],
    }),
  );
  return { copies, incomplete: 0 };
}
