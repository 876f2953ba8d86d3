import type { ContainerFacts, InspectionFacts } from '../../model/docker.ts';
import { aliasesOf } from './containers.ts';
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

/**
 * Takes the answer of GET /containers/{id}/json; gives the facts we keep. The environment is read for PGDATA and
 * PGPORT only and goes no further. Gives `undefined` when the answer holds no state.
 */
export function parseInspection(answer: unknown): Inspected | undefined {
  const raw = asObject(answer);
  const state = asObject(raw['State']);
  const hostConfig = asObject(raw['HostConfig']);
  const config = asObject(raw['Config']);
  if (!('Status' in state) && !('Running' in state)) return undefined;
  const logConfig = asObject(hostConfig['LogConfig']);
  const command = [...asArray(config['Entrypoint']), ...asArray(config['Cmd'])].map(asString);
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
      pgdata: environmentValue(config, 'PGDATA'),
      pgport: portOfCommand(command) ?? asPort(environmentValue(config, 'PGPORT')),
    },
    networkAliases: aliasesOf(
      Object.values(asObject(asObject(raw['NetworkSettings'])['Networks'])).map(asObject),
    ),
  };
}

function environmentValue(config: JsonObject, name: 'PGDATA' | 'PGPORT'): string | undefined {
  const prefix = `${name}=`;
  const line = asArray(config['Env'])
    .map(asString)
    .find((entry) => entry.startsWith(prefix));
  return line?.slice(prefix.length) || undefined;
}

/**
 * Takes the words of a command line of postgres; gives the port it sets, the last one if several (as postgres
 * does), or `undefined`. Knows `-p 1`, `-p1`, `--port=1`, `--port 1`, `-c port=1` and `-cport=1`.
 */
export function portOfCommand(words: readonly string[]): number | undefined {
  let port: number | undefined;
  words.forEach((word, index) => {
    const next = words[index + 1] ?? '';
    const text =
      word === '-p' || word === '--port'
        ? next
        : word === '-c'
          ? /^port\s*=\s*(\S+)$/.exec(next)?.[1]
          : /^(?:-p|--port=|-c\s*port\s*=\s*)(\d+)$/.exec(word)?.[1];
    port = asPort(text) ?? port;
  });
  return port;
}

function asPort(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : undefined;
}
