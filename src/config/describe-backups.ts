import type {
  BackupConnection,
  BackupSource,
  Environment,
  Offsite,
  OwnBackups,
  ResticRepository,
  RestoreTest,
} from '../model/backup-source.ts';
import { formatDuration } from './durations.ts';
import { formatSize } from './sizes.ts';

const HIDDEN = '***';

/** One entry under `backups` with its defaults filled in; secrets are hidden. */
export function describeBackup(source: BackupSource): object {
  const { name, kind, server, databases, maxAgeMs, location } = source;
  return given({
    name,
    kind,
    server,
    databases,
    max_age: formatDuration(maxAgeMs),
    ...(kind !== 'pgvigil' && kind !== 'pgbackrest' && { location }),
    ...describeKind(source),
  });
}

function describeKind(source: BackupSource): object {
  switch (source.kind) {
    case 'pgvigil':
      return describeOwn(source);
    case 'files':
      return {
        path: source.path,
        min_bytes: formatSize(source.minBytes),
        ...describeTest(source.restoreTest),
      };
    case 'pgbackrest':
      return {
        command: source.command,
        stanza: source.stanza,
        offsite: source.offsiteRepositories && {
          repositories: source.offsiteRepositories.keys,
          max_age: formatDuration(source.offsiteRepositories.maxAgeMs),
        },
      };
    case 'wal-g':
      return { command: source.command, config_file: source.configFile };
    case 'barman':
      return { command: source.command, barman_server: source.barmanServer };
    case 'restic':
      return { command: source.command, ...describeRepository(source.repository), tags: source.tags };
  }
}

function describeOwn(source: OwnBackups): object {
  const { directory, schedule, physical, hashTablesBelowBytes, deadlineMs, keep, requireMount } = source;
  const { connection, offsite, restoreTest } = source;
  return {
    directory,
    schedule: schedule?.cron,
    time_zone: schedule?.timeZone ?? restoreTest?.schedule?.timeZone,
    physical,
    hash_tables_below: formatSize(hashTablesBelowBytes),
    deadline: formatDuration(deadlineMs),
    keep: {
      daily: keep.daily,
      weekly: keep.weekly,
      monthly: keep.monthly,
      at_least: keep.atLeast,
      ignore_tables: keep.ignoreTables.map((expression) => expression.source),
      hold: keep.hold,
    },
    ...(requireMount !== 'in_container' && { require_mount: requireMount === 'always' }),
    url: describeUrl(connection),
    ...(connection.password !== undefined && { password_file: HIDDEN }),
    offsite: offsite && describeOffsite(offsite),
    ...describeTest(restoreTest, false),
  };
}

function describeOffsite(offsite: Offsite): object {
  const max_age = formatDuration(offsite.maxAgeMs);
  if (offsite.tool === 'restic') return { restic: describeRepository(offsite.repository), max_age };
  const { remote, configFile, environment } = offsite;
  return { rclone: given({ remote, config_file: configFile, ...describeEnvironment(environment) }), max_age };
}

function describeRepository({ repository, environment }: ResticRepository): object {
  // The password of a REST server stands in its URL.
  const shown = repository.replace(/\/\/[^/@]*@/, `//${HIDDEN}@`);
  return { repository: shown, password_file: HIDDEN, ...describeEnvironment(environment) };
}

function describeEnvironment(environment: Environment): object {
  return Object.keys(environment).length === 0 ? {} : { environment_file: HIDDEN };
}

function describeTest(test: RestoreTest | undefined, withZone = true): object {
  if (test === undefined) return {};
  const { schedule, scratch, maxAgeMs, deadlineMs, jobs, sql } = test;
  return {
    ...(withZone && { time_zone: schedule?.timeZone }),
    restore_test: given({
      schedule: schedule?.cron,
      scratch:
        scratch === 'embedded'
          ? scratch
          : given({
              url: describeUrl(scratch),
              password_file: scratch.password === undefined ? undefined : HIDDEN,
            }),
      max_age: formatDuration(maxAgeMs),
      deadline: formatDuration(deadlineMs),
      jobs,
      sql,
    }),
  };
}

/** A URL again, from its parts and without a password. */
export function describeUrl({
  user,
  host,
  port,
  database,
}: Pick<BackupConnection, 'user' | 'host' | 'port' | 'database'>): string {
  const name = encodeURIComponent(database);
  const login = encodeURIComponent(user);
  if (host.startsWith('/')) {
    return `postgres://${login}@:${port}/${name}?host=${encodeURIComponent(host).replaceAll('%2F', '/')}`;
  }
  return `postgres://${login}@${host.includes(':') ? `[${host}]` : host}:${port}/${name}`;
}

/** What was given; an absent key reads better than an empty one. */
export function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
