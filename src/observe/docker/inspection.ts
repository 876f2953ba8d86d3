import type { DiscoverCredentials } from '../../model/discovery.ts';
import type { ContainerFacts, InspectionFacts } from '../../model/docker.ts';
import { aliasesOf } from './containers.ts';
import { declaredFacts } from './declared.ts';
import { asArray, asInstant, asNumber, asObject, asString, type JsonObject, textEntries } from './json.ts';

/** What one inspect tells beside what the list told. */
export interface Inspected {
  readonly inspection: InspectionFacts;
  /** GET /containers/json leaves these out. */
  readonly networkAliases: readonly string[];
}

const POSTGRES_IMAGE = /postgres|postgis|timescale|pgvector|citus|supabase|spilo|pgrouting|paradedb/i;
/** Options of logging drivers that tell whether logs are bounded; others may hold tokens. */
const LOG_OPTIONS: ReadonlySet<string> = new Set(['max-size', 'max-file', 'mode', 'compress']);

/** Tells from the list alone whether a container may hold a PostgreSQL server. */
export function looksLikePostgres(container: ContainerFacts): boolean {
  return POSTGRES_IMAGE.test(container.image) || container.labels.get('pgvigil.watch') === 'true';
}

/** Whether nothing that may be a server waits to be inspected: an engine under load answers one list sooner. */
export function areInspected(containers: readonly ContainerFacts[]): boolean {
  return containers.every((one) => one.inspection !== undefined || !looksLikePostgres(one));
}

/**
 * Takes the answer of GET /containers/{id}/json; gives the facts we keep. Of the environment PGDATA, PGPORT and the
 * name of the first database are read, and nothing else goes further. With `discovery` it reads what tells a server
 * from its clients too, and credentials where they are asked for. Gives `undefined` when there is no state.
 */
export function parseInspection(answer: unknown, discovery?: DiscoverCredentials): Inspected | undefined {
  const raw = asObject(answer);
  const state = asObject(raw['State']);
  const hostConfig = asObject(raw['HostConfig']);
  const config = asObject(raw['Config']);
  if (!('Status' in state) && !('Running' in state)) return undefined;
  const logConfig = asObject(hostConfig['LogConfig']);
  const command = [...asArray(config['Entrypoint']), ...asArray(config['Cmd'])].map(asString);
  const variable = variablesOf(config);
  const finishedAt = asInstant(state['FinishedAt']);
  return {
    inspection: {
      startedAt: asInstant(state['StartedAt']),
      finishedAt,
      // A container that never ended has exit code 0, which says nothing.
      exitCode: finishedAt === undefined ? undefined : asNumber(state['ExitCode']),
      oomKilled: state['OOMKilled'] === true,
      restartCount: asNumber(raw['RestartCount']) ?? 0,
      restartPolicy: asString(asObject(hostConfig['RestartPolicy'])['Name']) || 'no',
      logDriver: asString(logConfig['Type']),
      logOptions: textEntries(logConfig['Config'], (key) => LOG_OPTIONS.has(key)),
      pgdata: dataDirectoryOfCommand(command) ?? variable('PGDATA'),
      postgresDatabase: firstDatabase(variable),
      pgport: portOfCommand(command) ?? asPort(variable('PGPORT')),
      ...(discovery && { declared: declaredFacts(config, discovery) }),
    },
    networkAliases: aliasesOf(
      Object.values(asObject(asObject(raw['NetworkSettings'])['Networks'])).map(asObject),
    ),
  };
}

/** The variables that are read; a closed list, for the others may hold secrets. */
const VARIABLES = [
  'PGDATA',
  'PGPORT',
  'POSTGRES_DB',
  'POSTGRES_DB_FILE',
  'POSTGRES_USER',
  'POSTGRES_USER_FILE',
  'POSTGRES_PASSWORD',
  'POSTGRES_PASSWORD_FILE',
  'POSTGRES_HOST_AUTH_METHOD',
  'POSTGRES_INITDB_ARGS',
] as const;
type ReadVariable = (name: (typeof VARIABLES)[number]) => string | undefined;

/** Gives a reader of the environment; an empty variable counts as none, as the entrypoint has it. */
function variablesOf(config: JsonObject): ReadVariable {
  const lines = asArray(config['Env']).map(asString);
  return (name) => lines.findLast((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) || undefined;
}

/**
 * The database that the entrypoint of the official image makes in an empty data directory: POSTGRES_DB, else named
 * like POSTGRES_USER, else `postgres`. Unknown without any of its variables, or where a file holds the name.
 */
function firstDatabase(variable: ReadVariable): string | undefined {
  if (!VARIABLES.some((name) => name.startsWith('POSTGRES_') && variable(name) !== undefined))
    return undefined;
  const database = variable('POSTGRES_DB');
  if (database !== undefined || variable('POSTGRES_DB_FILE') !== undefined) return database;
  const user = variable('POSTGRES_USER');
  return user ?? (variable('POSTGRES_USER_FILE') === undefined ? 'postgres' : undefined);
}

/**
 * Takes the words of a command line of postgres; gives the port it sets, the last one if several (as postgres
 * does), or `undefined`. Knows `-p 1`, `-p1`, `--port=1`, `--port 1`, `-c port=1` and `-cport=1`.
 */
export function portOfCommand(words: readonly string[]): number | undefined {
  return lastOption(words, ['-p', '--port'], 'port', (text) => asPort(text));
}

/** Takes the same; gives the data directory it sets: a server started with `-D` does not read PGDATA. */
export function dataDirectoryOfCommand(words: readonly string[]): string | undefined {
  return lastOption(words, ['-D', '--data-directory', '--data_directory'], 'data_directory', (text) =>
    text.startsWith('/') ? text : undefined,
  );
}

function lastOption<T>(
  words: readonly string[],
  [short, ...long]: readonly [string, ...string[]],
  setting: string,
  read: (text: string) => T | undefined,
): T | undefined {
  const assigned = new RegExp(`^(?:-c\\s*)?${setting}\\s*=\\s*(\\S+)$`);
  const texts = words.flatMap((word, index) => {
    const next = words[index + 1] ?? '';
    if (word === short || long.includes(word)) return [next];
    if (word === '-c') return [assigned.exec(next)?.[1] ?? ''];
    const equals = long.find((name) => word.startsWith(`${name}=`));
    if (equals !== undefined) return [word.slice(equals.length + 1)];
    if (word.startsWith('-c')) return [assigned.exec(word)?.[1] ?? ''];
    return word.startsWith(short) ? [word.slice(short.length)] : [];
  });
  return texts.map(read).findLast((value) => value !== undefined);
}

function asPort(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : undefined;
}
