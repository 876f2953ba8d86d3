import { BACKUP_KINDS, type BackupKind } from '../model/backup.ts';
import type { Path, Report } from './problem.ts';
import type { Salvaged } from './salvage.ts';
import type { BackupInput } from './schema-backups.ts';

type Key = keyof BackupInput;

/** Keys that not every kind has. */
const KEYS_OF: Readonly<Record<BackupKind, readonly Key[]>> = {
  pgvigil: [
    'directory',
    'schedule',
    'physical',
    'hash_tables_below',
    'deadline',
    'keep',
    'require_mount',
    'url',
    'user',
    'password_file',
    'offsite',
    'restore_test',
    'time_zone',
  ],
  files: ['path', 'min_bytes', 'restore_test', 'time_zone', 'location'],
  pgbackrest: ['command', 'stanza', 'offsite'],
  'wal-g': ['command', 'config_file', 'location'],
  barman: ['command', 'barman_server', 'location'],
  restic: ['command', 'repository', 'password_file', 'environment_file', 'tags', 'location'],
};

/** What a kind cannot do without. */
const NEEDED: Readonly<Record<BackupKind, readonly Key[]>> = {
  pgvigil: ['directory'],
  files: ['path'],
  pgbackrest: ['stanza'],
  'wal-g': [],
  barman: [],
  restic: ['repository', 'password_file'],
};

const ALWAYS: readonly Key[] = ['name', 'kind', 'server', 'databases', 'max_age'];

/** Reports keys that belong to another kind, and those that are missing. */
export function checkKeys(
  input: Salvaged<BackupInput>,
  path: Path,
  { problem, isReported }: { readonly problem: Report; readonly isReported: (path: Path) => boolean },
): void {
  const { kind } = input;
  if (kind === undefined) return;
  for (const key of Object.keys(input) as Key[]) {
    if (input[key] === undefined || ALWAYS.includes(key) || KEYS_OF[kind].includes(key)) continue;
    const others = BACKUP_KINDS.filter((one) => KEYS_OF[one].includes(key)).map((one) => `\`${one}\``);
    problem(
      [...path, key],
      `belongs to kind ${others.join(' or ')}, and this is \`${kind}\`: delete it`,
      'key',
    );
  }
  for (const key of NEEDED[kind]) {
    if (input[key] === undefined && !isReported([...path, key]))
      problem([...path, key], `is missing: backups of kind \`${kind}\` need it`, 'key');
  }
}
