import type { BackupSourceVerdict, BackupVerdict } from '../../model/backup-verdict.ts';
import type { RiskCase } from './rule.ts';

/** So many names tell enough. */
const MAX_NAMES = 5;

/** Databases of the server that have to be there. */
export function expectedDatabases({ memory }: RiskCase): readonly string[] {
  const all = [...(memory?.databases ?? [])].filter(([, { source }]) => source !== undefined);
  return all.map(([datname]) => datname).sort();
}

/** Whether a backup of the database is known, or of its whole server; of any one where no name is given. */
export function hasBackup(backups: readonly BackupSourceVerdict[], datname: string | undefined): boolean {
  return concerning(backups, datname).some(({ places }) =>
    places.some(({ newestAt }) => newestAt !== undefined),
  );
}

/** Whether a backup of it was restored. */
export function isRestored(backups: readonly BackupSourceVerdict[], datname: string): boolean {
  return concerning(backups, datname).some(({ verified }) => verified.restore !== undefined);
}

function concerning(
  backups: readonly BackupSourceVerdict[],
  datname: string | undefined,
): readonly BackupVerdict[] {
  const all = backups.flatMap(({ databases }) => databases);
  return datname === undefined ? all : all.filter((one) => one.datname === datname || one.datname === '');
}

/** A few names in one text. */
export function namesOf(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
