import type { BackupSource, KeepRule, MountRule, RestoreTest, Schedule } from '../model/backup-source.ts';
import type { ServerConfig } from '../model/config.ts';
import type { BackupParts } from './backups.ts';
import { inDirectory } from './given-files.ts';
import type { BackupInput } from './schema-backups.ts';

const HASH_BELOW_BYTES = 1_000_000_000;
const DEADLINE_MS = 6 * 3_600_000;
const MIN_DUMP_BYTES = 1_000;
const KEEP: KeepRule = { daily: 7, weekly: 4, monthly: 6, atLeast: 3, ignoreTables: [], hold: false };

/** Takes an entry whose shape is right and its checked parts, and gives the finished one; paths count from `directory`. */
export function buildBackup(
  input: BackupInput,
  parts: BackupParts,
  servers: readonly ServerConfig[],
  directory: string,
): BackupSource | undefined {
  const server = servers[parts.server];
  if (server === undefined) return undefined;
  const base = {
    name: parts.name,
    server: server.name,
    databases: input.databases && [...new Set(input.databases)],
    maxAgeMs: input.max_age,
    location: input.location ?? 'local',
  } as const;
  const command = input.command ?? [input.kind];
  const at = (path = ''): string => inDirectory(path, directory);
  switch (input.kind) {
    case 'pgvigil':
      return buildOwn(input, parts, { ...base, directory: at(input.directory) }, directory);
    case 'files':
      return {
        ...base,
        kind: 'files',
        path: at(input.path),
        minBytes: input.min_bytes ?? MIN_DUMP_BYTES,
        restoreTest: restoreTestOf(input, parts),
      };
    case 'pgbackrest': {
      const { repositories: keys = [], max_age: maxAgeMs = 0 } = input.offsite ?? {};
      return {
        ...base,
        kind: 'pgbackrest',
        command,
        stanza: input.stanza ?? '',
        offsiteRepositories: keys.length === 0 ? undefined : { keys, maxAgeMs },
      };
    }
    case 'wal-g':
      return {
        ...base,
        kind: 'wal-g',
        location: input.location ?? 'offsite',
        command,
        configFile: input.config_file && at(input.config_file),
      };
    case 'barman':
      return { ...base, kind: 'barman', command, barmanServer: input.barman_server ?? server.name };
    case 'restic': {
      const { repositoryPassword: password, environment } = parts;
      if (password === undefined) return undefined;
      return {
        ...base,
        kind: 'restic',
        location: input.location ?? 'offsite',
        command,
        repository: { repository: input.repository ?? '', password, environment },
        tags: input.tags ?? [],
      };
    }
  }
}

function buildOwn(
  input: BackupInput,
  parts: BackupParts,
  base: Pick<BackupSource, 'name' | 'server' | 'databases' | 'maxAgeMs'> & { readonly directory: string },
  configDirectory: string,
): BackupSource | undefined {
  const { connection, offsite } = parts;
  if (connection === undefined) return undefined;
  return {
    ...base,
    location: 'local',
    kind: 'pgvigil',
    schedule: scheduleOf(input.schedule, input),
    physical: input.physical ?? false,
    hashTablesBelowBytes: input.hash_tables_below ?? HASH_BELOW_BYTES,
    deadlineMs: input.deadline ?? DEADLINE_MS,
    keep: keepOf(input.keep),
    requireMount: mountRuleOf(input.require_mount),
    connection,
    offsite:
      offsite?.tool === 'rclone' && offsite.configFile !== undefined
        ? { ...offsite, configFile: inDirectory(offsite.configFile, configDirectory) }
        : offsite,
    restoreTest: restoreTestOf(input, parts),
  };
}

function mountRuleOf(required: boolean | undefined): MountRule {
  if (required === undefined) return 'in_container';
  return required ? 'always' : 'never';
}

function keepOf(keep: BackupInput['keep']): KeepRule {
  if (keep === undefined) return KEEP;
  const { daily, weekly, monthly, at_least: atLeast, ignore_tables: ignoreTables, hold } = keep;
  return { daily, weekly, monthly, atLeast, ignoreTables, hold };
}

function restoreTestOf(input: BackupInput, { scratch }: BackupParts): RestoreTest | undefined {
  const test = input.restore_test;
  if (test === undefined) return undefined;
  return {
    schedule: scheduleOf(test.schedule, input),
    scratch: scratch ?? 'embedded',
    maxAgeMs: test.max_age,
    jobs: test.jobs,
    sql: test.sql,
    deadlineMs: test.deadline,
  };
}

function scheduleOf(
  cron: string | undefined,
  { time_zone: timeZone = 'UTC' }: BackupInput,
): Schedule | undefined {
  return cron === undefined ? undefined : { cron, timeZone };
}
