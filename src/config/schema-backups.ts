import { z } from 'zod';
import { BACKUP_KINDS } from '../model/backup.ts';
import { parseCron, parseTimeZone } from './cron.ts';
import { bareDuration, checkedText, databaseName, duration, pattern, size, text } from './fields.ts';

const MINUTE_MS = 60_000;
const YEAR_MS = 366 * 86_400_000;

/** What people call a copy of the files of a running server. */
const FILE_COPIES = ['filesystem', 'volume', 'tar', 'rsync', 'snapshot'];
const FILE_COPY_REFUSED =
  'is refused: a copy of the files of a running server passes in a demo and does not start when it is needed. Of 12 archives made by tar under load, all 6 that took 20 s (the pace of an ordinary disk) would not start. Write `pgvigil`, with `physical: true` for a copy of the whole server';

const kind = z
  .enum(BACKUP_KINDS, {
    error: ({ input }) =>
      typeof input === 'string' && FILE_COPIES.includes(input) ? FILE_COPY_REFUSED : undefined,
  })
  .describe('Who makes the backups. pgvigil: this program. The others are only looked at.');

const schedule = (about: string) => checkedText(about, parseCron, ['15 2 * * *']).optional();

const age = (byDefault: string, about: string) =>
  duration(byDefault, about, { minMs: MINUTE_MS, maxMs: YEAR_MS });

const passwordFile = text('File that holds the password.').optional();
const environmentFile = text(
  'File with NAME=VALUE lines: variables for the program, such as the keys of a storage.',
).optional();

const url = z
  .string()
  .meta({
    description: 'Where the server is, if not where `servers` says: past a pooler, for example.',
    pattern: '^[Pp][Oo][Ss][Tt][Gg][Rr][Ee][Ss]([Qq][Ll])?://',
  })
  .optional();

const amount = (byDefault: number, about: string) =>
  z.number().int().min(0).max(10_000).describe(about).default(byDefault);

const keep = z
  .strictObject({
    daily: amount(7, 'How many days keep their first backup.'),
    weekly: amount(4, 'How many weeks keep their first backup.'),
    monthly: amount(6, 'How many months keep their first backup.'),
    at_least: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .describe('Fewer backups than this never remain.')
      .default(3),
    ignore_tables: z
      .array(pattern('Regular expression (JavaScript, flag `u`, not anchored) of schema.name.'))
      .describe('Tables whose rows come and go: losing them holds no deletion back.')
      .default([]),
    hold: z.boolean().describe('Whether nothing is deleted at all, until a person says so.').default(false),
  })
  .describe('What is kept, per database. For kind pgvigil.');

const offsite = z
  .strictObject({
    restic: z
      .strictObject({
        repository: text('Repository of restic.', ['s3:s3.example.com/bucket/pg', '/mnt/nas/pg']),
        password_file: text('File that holds the password of the repository.'),
        environment_file: environmentFile,
      })
      .describe('A copy by restic: encrypted, with checksums.')
      .optional(),
    rclone: z
      .strictObject({
        remote: text('Remote and path of rclone.', ['r2:bucket/pg']),
        config_file: text('Configuration file of rclone.').optional(),
        environment_file: environmentFile,
      })
      .describe('A copy by rclone.')
      .optional(),
    repositories: z
      .array(z.number().int().min(1).max(256))
      .describe('For kind pgbackrest: keys of the repositories that are somewhere else.')
      .optional(),
    max_age: age('8d', 'How old the newest copy may be.'),
  })
  .describe('The copy that is somewhere else.')
  .optional();

const scratch = z
  .union(
    [
      z.literal('embedded'),
      z.strictObject({
        url: z.string().describe('Where the throw-away server is, as a role that may create databases.'),
        password_file: passwordFile,
      }),
    ],
    { error: 'must be `embedded`, or a mapping with `url` and `password_file`' },
  )
  .describe('The throw-away server. embedded: one of our own, from the programs that are installed here.')
  .default('embedded');

const restoreTest = z
  .strictObject({
    schedule: schedule('When `serve` tries a backup, as a cron expression.'),
    scratch,
    max_age: age('8d', 'How old the newest backup that passed may be.'),
    deadline: duration('6h', 'For one test.', { minMs: MINUTE_MS, maxMs: 7 * 86_400_000 }),
    jobs: z.number().int().min(1).max(64).describe('How many tables are restored at a time.').default(2),
    sql: z
      .array(z.string().refine((statement) => /\S/.test(statement), { error: 'is empty: delete it' }))
      .describe('Statements that must give one row with one `true` in the restored database.')
      .default([]),
  })
  .describe('Tries whether backups can be restored. For kinds pgvigil and files.')
  .optional();

/** One entry under `backups`; which keys belong to which kind is checked apart, so that the messages are good. */
export const backupSchema = z
  .strictObject({
    name: text('Name in metrics, alerts and pages: the label `source`. By default the kind.')
      .max(100, { error: 'is longer than 100 characters: write a shorter name' })
      .optional(),
    kind,
    server: text('Name of the server. By default the only one.').optional(),
    databases: z
      .array(databaseName('Name of a database.'))
      .min(1, { error: 'names no database: delete the key for every one that is watched' })
      .describe('By default every database that is watched.')
      .optional(),
    max_age: age('26h', 'How old the newest backup may be.'),
    directory: text('Where backups are kept. For kind pgvigil.', ['/var/backups/pgvigil']).optional(),
    schedule: schedule(
      'When `serve` makes a backup, as a cron expression; without it only `pgvigil backup` does. For kind pgvigil.',
    ),
    time_zone: checkedText('Time zone of the schedules. By default UTC.', parseTimeZone, [
      'Europe/Berlin',
    ]).optional(),
    physical: z
      .boolean()
      .describe('Whether pg_basebackup copies the whole server beside the dumps. For kind pgvigil.')
      .optional(),
    hash_tables_below: size(
      'Tables up to this size are hashed, so that a restore can be compared. By default 1GB. For kind pgvigil.',
      ['1GB', '0B'],
    ).optional(),
    deadline: bareDuration('6h', 'For the backup of one database. By default 6h. For kind pgvigil.', {
      minMs: MINUTE_MS,
      maxMs: 7 * 86_400_000,
    }).optional(),
    keep: keep.optional(),
    require_mount: z
      .boolean()
      .describe(
        'Whether the directory must lie on a mount of its own. By default in a container only. For kind pgvigil.',
      )
      .optional(),
    url,
    user: text('Role to dump as, if not the one of the server. For kind pgvigil.').optional(),
    password_file: passwordFile,
    offsite,
    restore_test: restoreTest,
    path: text('Dump files; {datname} stands for the database, * for any text. For kind files.', [
      '/srv/dumps/{datname}-*.dump',
    ]).optional(),
    min_bytes: size('A smaller file is no backup. By default 1kB. For kind files.', ['1kB']).optional(),
    location: z
      .enum(['local', 'offsite'])
      .describe('Where the backups are. By default local; for kinds restic and wal-g offsite.')
      .optional(),
    command: z
      .array(text('Program, or one of its arguments.'))
      .min(1, { error: 'names no program' })
      .describe('Program and first arguments. By default the name of the kind.')
      .optional(),
    stanza: text('Name of the stanza. For kind pgbackrest.').optional(),
    barman_server: text('What barman calls the server. By default as here.').optional(),
    config_file: text('Configuration file of wal-g.').optional(),
    repository: text('Repository. For kind restic.').optional(),
    environment_file: environmentFile,
    tags: z.array(text('A tag.')).describe('Only snapshots with all of these. For kind restic.').optional(),
  })
  .describe('Backups of one server.');

/** One entry under `backups` after its shape was checked. */
export type BackupInput = z.output<typeof backupSchema>;
