import type { DiscoverCredentials } from '../../model/discovery.ts';
import type { DeclaredFacts } from '../../model/docker.ts';
import { Secret } from '../../model/secret.ts';
import { asArray, asObject, asString, type JsonObject } from './json.ts';

const PORT = '5432/tcp';
/** Variables of the official image; each of them has a twin that names a file. */
const VARIABLES = ['POSTGRES_DB', 'POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_HOST_AUTH_METHOD'];
/** Programs that images of PostgreSQL are started with to do something else than to serve. */
const TOOL =
  /^(psql|pg_\w+|pgbench|createdb|dropdb|createuser|dropuser|vacuumdb|reindexdb|clusterdb|initdb)$/;
const IDLE = /^(sleep|tail|cat|true|echo|env|ls|printenv)$/;
const SHELL = /^(ba|da|a|k|z)?sh$/;

/** Takes the `Config` of an inspect; gives what tells a server from what only connects to one. Pure. */
export function declaredFacts(config: JsonObject, credentials: DiscoverCredentials): DeclaredFacts {
  const environment = asArray(config['Env']).map(asString);
  const value = (name: string): string | undefined =>
    environment.findLast((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) || undefined;
  const password = credentials === 'environment' ? value('POSTGRES_PASSWORD') : undefined;
  const inFile = value('POSTGRES_USER') === undefined && value('POSTGRES_USER_FILE') !== undefined;
  return {
    pgdata: value('PGDATA') !== undefined,
    port: Object.hasOwn(asObject(config['ExposedPorts']), PORT),
    variables: VARIABLES.some((name) => value(name) !== undefined || value(`${name}_FILE`) !== undefined),
    runs: whatRuns(wordsOf(config['Entrypoint']), wordsOf(config['Cmd'])),
    superuser: inFile ? undefined : (value('POSTGRES_USER') ?? 'postgres'),
    password: password === undefined ? undefined : new Secret(password),
  };
}

/** What a command line starts: options alone are for the server, as the entrypoint of the image has it. */
export function whatRuns(entrypoint: readonly string[], command: readonly string[]): DeclaredFacts['runs'] {
  const all = [...entrypoint, ...command];
  const first = [entrypoint[0], command[0]].map(programOf);
  if (first.some((name) => TOOL.test(name) || IDLE.test(name))) return 'other';
  const shell = first.findIndex((name) => SHELL.test(name));
  if (shell !== -1) {
    const script = shell === 0 ? all : command;
    return script.some((word) => word.includes('docker-entrypoint.sh')) ? 'postgres' : 'other';
  }
  if (all.some((word) => programOf(word) === 'postgres')) return 'postgres';
  const isOfImage = programOf(entrypoint[0]) === 'docker-entrypoint.sh';
  if (isOfImage && (command.length === 0 || command[0]?.startsWith('-') === true)) return 'postgres';
  return isOfImage ? 'other' : 'unknown';
}

const programOf = (word: string | undefined): string => (word ?? '').split('/').at(-1) ?? '';

function wordsOf(value: unknown): readonly string[] {
  return asArray(value).map(asString);
}
