import type {
  BackupPlaceVerdict,
  BackupSourceVerdict,
  BackupVerdict,
} from '../../../model/backup-verdict.ts';
import type { Report } from '../../../model/report.ts';
import type { Instant } from '../../../model/time.ts';
import type { Word } from './words.ts';

/** The worst that is known of the backups of one database at one place. */
export function backupWord(
  { up }: BackupSourceVerdict,
  { identityMatch }: BackupVerdict,
  { newestAt, maxAgeMs, bytes, baselineBytes }: BackupPlaceVerdict,
  now: Instant,
): Word {
  if (newestAt === undefined) return { level: up === true ? 'wrong' : 'unsure', word: 'none is known' };
  if (maxAgeMs !== undefined && now - newestAt > maxAgeMs) return { level: 'wrong', word: 'too old' };
  if (identityMatch === false) return { level: 'wrong', word: 'of another database' };
  if (up !== true) return { level: 'unsure', word: 'not seen now' };
  if (bytes !== undefined && baselineBytes !== undefined && bytes < baselineBytes / 2)
    return { level: 'unsure', word: 'much smaller' };
  return { level: 'well', word: 'young enough' };
}

/** What a person should know about backups, a line for each database and place that is not well. */
export function backupConcerns({ backups }: Report, now: Instant): readonly string[] {
  return backups.flatMap((source) => {
    if (source.up === false) return [`The backups of ${source.server} by ${source.source} cannot be read`];
    return source.databases.flatMap((database) =>
      database.places.flatMap((place) => {
        const { level, word } = backupWord(source, database, place, now);
        const of = database.datname === '' ? source.server : `${database.datname} of ${source.server}`;
        return level === 'well' || source.up === undefined
          ? []
          : [`Backup of ${of} by ${source.source}, ${place.location}: ${word}`];
      }),
    );
  });
}
