import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment, runProgram } from '../observe/program.ts';

/** The programs of one installation of PostgreSQL. */
export interface PostgresTools {
  /** As PostgreSQL writes it: `15.18`. */
  readonly version: string;
  readonly major: number;
  readonly directory: string;
  /** Path of one of them, which is there where it was asked for. */
  readonly path: (name: ToolName) => string;
}

export type ToolName =
  | 'pg_dump'
  | 'pg_dumpall'
  | 'pg_restore'
  | 'psql'
  | 'initdb'
  | 'postgres'
  | 'pg_basebackup'
  | 'pg_verifybackup';

/** Where packages put them: Debian, Red Hat, Alpine, and what is built by hand. */
const PARENTS = [
  { directory: '/usr/lib/postgresql', child: /^\d+$/, bin: 'bin' },
  { directory: '/usr', child: /^pgsql-\d+$/, bin: 'bin' },
  { directory: '/usr/libexec', child: /^postgresql\d+$/, bin: '' },
  { directory: '/usr/local', child: /^pgsql$/, bin: 'bin' },
] as const;
const VERSION_MS = 10_000;

/** `15.18` → 15, `18beta1` → 18; `undefined`: no version. */
export function majorOf(version: string): number | undefined {
  const major = /^(\d+)/.exec(version)?.[1];
  return major === undefined ? undefined : Number(major);
}

/** Of those with all programs the oldest that is not older than `major`: the nearest to what made the dump. */
export function chooseTools(found: readonly PostgresTools[], major: number): PostgresTools | undefined {
  return found.filter((one) => one.major >= major).sort((a, b) => a.major - b.major)[0];
}

/** Every installation that has all of `names`, by the directories of `PATH` first; one for each directory. */
export async function findTools(
  searchPath: string | undefined,
  names: readonly ToolName[],
): Promise<readonly PostgresTools[]> {
  const [first] = names;
  const directories = [...(searchPath ?? '').split(':').filter((one) => one.startsWith('/')), ...installed()];
  const found: PostgresTools[] = [];
  for (const directory of new Set(directories)) {
    if (first === undefined || !names.every((name) => isExecutable(join(directory, name)))) continue;
    const version = await versionOf(join(directory, first));
    const major = version === undefined ? undefined : majorOf(version);
    if (version !== undefined && major !== undefined)
      found.push({ version, major, directory, path: (name) => join(directory, name) });
  }
  return found;
}

function installed(): readonly string[] {
  return PARENTS.flatMap(({ directory, child, bin }) =>
    namesIn(directory)
      .filter((name) => child.test(name))
      .map((name) => join(directory, name, bin)),
  );
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → `15.18`. */
async function versionOf(path: string): Promise<string | undefined> {
  const options = {
    env: cleanEnvironment(),
    directory: '/',
    deadlineMs: VERSION_MS,
    output: 'keep',
  } as const;
  const { ok, output } = await runProgram([path, '--version'], options);
  return ok ? /\(PostgreSQL\) (\d[\w.]*)/.exec(output)?.[1] : undefined;
}
