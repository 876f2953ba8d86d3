import { listDatabases } from '../../guard/restore/backups.ts';
import type { BackupSource, FileBackups, OwnBackups, RestoreTest } from '../../model/backup-source.ts';
import type { Config } from '../../model/config.ts';
import { CommandError, EXIT } from '../io.ts';

/** A source whose backups can be tried. */
export type TestableSource = OwnBackups | FileBackups;

/** How they are tried where the config does not say: by hand only. */
export const USUAL_TEST: RestoreTest = {
  schedule: undefined,
  scratch: 'embedded',
  maxAgeMs: 8 * 86_400_000,
  jobs: 2,
  sql: [],
  deadlineMs: 6 * 3_600_000,
};

/** The sources that are meant: the one that is named, else those with a restore test, else all of pgvigil's own. */
export function sourcesOf(
  { backups }: Pick<Config, 'backups'>,
  name: string | undefined,
): readonly TestableSource[] {
  const testable = backups.filter(isTestable);
  if (name !== undefined) {
    const found = testable.find((source) => source.name === name);
    if (found !== undefined) return [found];
    const why = backups.some((source) => source.name === name)
      ? `source ${name} is of a kind that pgvigil does not restore: only pgvigil and files`
      : `there is no source ${name}: ${backups.map((source) => source.name).join(', ') || 'the config has no `backups`'}`;
    throw new CommandError(why, EXIT.usage);
  }
  const withTest = testable.filter(({ restoreTest }) => restoreTest !== undefined);
  const chosen = withTest.length > 0 ? withTest : testable.filter(({ kind }) => kind === 'pgvigil');
  if (chosen.length === 0)
    throw new CommandError(
      'the config names no backups that can be restored: add an entry of kind `pgvigil` or `files` under `backups`',
      EXIT.usage,
    );
  return chosen;
}

/** The databases of a source that are meant. */
export function databasesOf(
  source: TestableSource,
  config: Config,
  named: readonly string[],
): readonly string[] {
  if (named.length > 0) return named;
  if (source.databases !== undefined) return source.databases;
  const server = config.servers.find(({ name }) => name === source.server);
  const listed = source.kind === 'pgvigil' ? listDatabases(source.directory, source.server) : [];
  return [...new Set([...(server?.databases.expect ?? []), ...listed])];
}

const isTestable = (source: BackupSource): source is TestableSource =>
  source.kind === 'pgvigil' || source.kind === 'files';
