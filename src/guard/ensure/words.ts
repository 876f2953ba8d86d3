import type { Happening } from '../../model/journal.ts';
import type { RememberedDatabase, Testimony } from './decide.ts';
import type { Refused } from './ensure.ts';
import { PERMISSION_FILE } from './record-file.ts';

/** One operation as a line of text. */
export function operationText({ kind, datname = '', details = {} }: Omit<Happening, 'at'>): string {
  const name = `database ${JSON.stringify(datname)}`;
  const facts = Object.entries(details)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? quoteWhereNeeded(value) : value}`)
    .join(' ');
  const words: Partial<Record<Happening['kind'], string>> = {
    database_verified: `${name} is the one that is known`,
    database_adopted: `${name} was not known and is from now on`,
    database_created: `${name} was created`,
    database_shrunk: `warning: ${name} holds far less than when it was last as usual`,
    creation_refused: `refused: ${name} is not created or used`,
    creation_failed: `${name} could not be made ready`,
    accepted: `${name} as it is now is right, says a person`,
    command_started: 'the command begins',
    command_ended: 'the command has ended',
  };
  return `${words[kind] ?? kind} (${facts})`;
}

/** Why nothing was created or used, what is known, and the way back. */
export function refusalText(refused: Refused): string {
  const { because, datname, systemIdentifier, database, memory, permission, recordPath } = refused;
  const now =
    database.state === 'present'
      ? `there, oid ${database.oid}, ${database.tables === undefined ? 'tables not counted' : `${database.tables.tables} tables`}`
      : database.state;
  const lines = [
    `${HEADLINES[because](JSON.stringify(datname))} Nothing was created, and nothing was migrated.`,
    ...memory.map((one) => `  ${one.from}: ${testimonyText(one)}`),
    ...(because === 'backups_exist' ? [`  backup: ${refused.from}`] : []),
    `  now: system identifier ${identifierText(systemIdentifier)}, database ${now}`,
    ...(permission.given || permission.why === undefined ? [] : [`  ${permission.why}`]),
    'The way back:',
    ...steps(refused).map((step, index) => `  ${index + 1}. ${step}`),
    ...(recordPath === undefined || database.state !== 'missing'
      ? []
      : [
          `To have an empty database all the same, this once: PGVIGIL_ALLOW_CREATE=${systemIdentifier}, or the same number in a file ${directoryOf(recordPath)}/${PERMISSION_FILE}`,
        ]),
  ];
  return lines.join('\n');
}

const HEADLINES = {
  backups_exist: (name: string) => `There are backups of database ${name}, and it is missing or empty here.`,
  database_dropped: (name: string) => `Database ${name} was here before and is gone: dropped, or renamed.`,
  server_replaced: (name: string) =>
    `The server is not the one that held database ${name}: its volume is lost, not mounted, or was initialised anew.`,
  database_recreated: (name: string) =>
    `Database ${name} is another one of the same name: dropped and made again.`,
} as const;

function steps({ because, datname, database, recordPath }: Refused): readonly string[] {
  const name = JSON.stringify(datname);
  const look = [
    'Stop everything that writes. Create nothing, prune nothing, remove no volume.',
    ...(because === 'server_replaced'
      ? [
          "Look whether the data is still there: docker volume ls, docker inspect -f '{{json .Mounts}}' CONTAINER. If the right volume is only not mounted, mount it, and start again: that is all.",
        ]
      : []),
  ];
  const restore =
    database.state === 'present'
      ? `Restore the last good backup beside it, look at both, then rename: pgvigil restore --database ${name} --as NEW, or createdb NEW && pg_restore -d NEW --exit-on-error BACKUP`
      : `Restore the last good backup: pgvigil restore --database ${name} --plan, then without --plan; or createdb ${name} && pg_restore -d ${name} --exit-on-error BACKUP`;
  return [
    ...look,
    restore,
    `When the right data is there: ${recordPath === undefined ? '' : 'pgvigil ensure --accept "restored from …"; '}where pgvigil watches it: pgvigil accept INCIDENT --reason "restored from …"`,
  ];
}

function testimonyText(one: Testimony): string {
  switch (one.says) {
    case 'nothing':
      return 'knows of nothing before';
    case 'unknown':
      return one.why;
    case 'remembers':
      return `system identifier ${identifierText(one.systemIdentifier)}, ${databaseText(one.database)}`;
  }
}

function databaseText(database: RememberedDatabase | undefined): string {
  if (database === undefined) return 'this database not known';
  const { oid, replaced, lastSeenAt, tables } = database;
  return [
    `database ${oid === undefined ? 'known' : `oid ${oid}`}`,
    ...(replaced ? ['replaced since'] : []),
    ...(tables === undefined ? [] : [`${tables.tables} tables`]),
    ...(lastSeenAt === undefined ? [] : [`last seen ${isoOf(lastSeenAt)}`]),
  ].join(', ');
}

/** With the time of initdb, which is its upper half (BootStrapXLOG in xlog.c). */
function identifierText(systemIdentifier: string | undefined): string {
  if (systemIdentifier === undefined) return 'not readable';
  return `${systemIdentifier} (initdb at ${isoOf(Number(BigInt(systemIdentifier) >> 32n) * 1000)})`;
}

const isoOf = (at: number): string => new Date(at).toISOString();
const directoryOf = (path: string): string => path.replace(/\/[^/]*$/, '') || '/';
const quoteWhereNeeded = (value: string): string =>
  /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
