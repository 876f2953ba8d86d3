import { randomBytes } from 'node:crypto';
import type { Clock } from '../../model/time.ts';
import { ConnectFailure, explainFailure } from '../../observe/postgres/failure.ts';
import { explainEnd, type ProgramEnd, type ProgramOptions } from '../../observe/program.ts';
import { cutShort, LEFT_OUT_OF_TESTS, optionsOfArchive, restoreArchive } from './archive.ts';
import { createDatabaseSql, type DatabaseOptions, PLAIN_LOCALE, quoted } from './database-options.ts';
import { testDatabase } from './given.ts';
import { restorePlain } from './plain.ts';
import type { Dump } from './prove.ts';
import { MAINTENANCE, type Scratch } from './scratch.ts';
import { failed, inconclusive, Verdict } from './verdict.ts';

/** What pg_dump makes where nothing else is said. */
const USUAL: DatabaseOptions = { encoding: 'UTF8', locale: PLAIN_LOCALE };

/** How a dump is restored. */
interface Filling {
  readonly dump: Dump;
  readonly jobs: number;
  readonly running: () => Pick<ProgramOptions, 'deadlineMs' | 'signal'>;
  readonly clock: Clock;
}

/** Each of them begins anew for one more role. */
const MAX_ATTEMPTS = 20;

/** Restores a dump into a database of a random name on a scratch server, and gives that name. Throws a `Verdict`. */
export async function putInto(scratch: Scratch, how: Filling): Promise<string> {
  const { dump, running, clock } = how;
  const { env } = scratch;
  const pgRestore = scratch.tools.path('pg_restore');
  const options =
    dump.format === 'archive'
      ? await optionsOfArchive({ path: pgRestore, options: { ...running(), env } }, dump.path)
      : undefined;
  await requireExtensions(scratch, dump);
  await makeRoles(scratch, dump.manifest?.roles ?? []);
  for (let attempt = 1; ; attempt += 1) {
    const datname = testDatabase(clock.now(), randomBytes(4).toString('hex'));
    const sameLocale = await make(scratch, datname, options ?? USUAL);
    const end = await fill(scratch, datname, how);
    if (end.ok) return datname;
    // Roles are not in a dump of one database; without a manifest they are known when they are missed.
    const role = missingRole(end);
    if (role === undefined || attempt === MAX_ATTEMPTS)
      throw await whyNot(scratch, { dump, end, sameLocale });
    await scratch.remove(datname);
    await makeRoles(scratch, [role]);
  }
}

function fill(scratch: Scratch, datname: string, { dump, jobs, running }: Filling): Promise<ProgramEnd> {
  const options = { ...running(), env: scratch.env };
  const { path, format } = dump;
  if (format === 'archive')
    return restoreArchive(
      { path: scratch.tools.path('pg_restore'), options },
      { path, datname, jobs, leftOut: LEFT_OUT_OF_TESTS },
    );
  const psql = { path: scratch.tools.path('psql'), options };
  return restorePlain(psql, { dump: { path, compressed: format === 'gzip' }, datname });
}

function missingRole({ said }: ProgramEnd): string | undefined {
  return /ERROR: {2}role "(.+)" does not exist/.exec(said)?.[1];
}

async function requireExtensions(scratch: Scratch, { manifest }: Dump): Promise<void> {
  const wanted = manifest?.extensions ?? [];
  if (wanted.length === 0) return;
  const session = await scratch.open(MAINTENANCE);
  const [rows = []] = await session.query({ text: 'SELECT name FROM pg_catalog.pg_available_extensions' });
  await session.close();
  const there = new Set(rows.map(([name]) => name));
  const lacking = wanted.filter((name) => !there.has(name));
  if (lacking.length > 0)
    throw inconclusive(
      'extension',
      `the scratch server lacks the extension ${lacking.join(', ')}: use one of the same image as the server (restore_test.scratch.url)`,
    );
}

/** SQLSTATE of a role that is there already. */
const DUPLICATE = '42710';

/** Row policies name roles. They can do nothing there: no login, no password, no membership. */
async function makeRoles(scratch: Scratch, roles: readonly string[]): Promise<void> {
  if (roles.length === 0) return;
  const session = await scratch.open(MAINTENANCE);
  try {
    for (const role of roles.filter((name) => !name.startsWith('pg_'))) {
      try {
        await session.query({ text: `CREATE ROLE ${quoted(role)} NOLOGIN` });
      } catch (error) {
        if (!(error instanceof ConnectFailure && error.sqlstate === DUPLICATE)) throw error;
      }
    }
  } catch (error) {
    throw inconclusive('scratch', `roles cannot be made: ${explainFailure(error).detail}`);
  } finally {
    await session.close();
  }
}

/** Makes the database like the one that was dumped; `false`: without its locale, which is not on this machine. */
async function make(scratch: Scratch, datname: string, options: DatabaseOptions): Promise<boolean> {
  try {
    await scratch.create(datname, createDatabaseSql(datname, options));
    return true;
  } catch (error) {
    if (error instanceof Verdict) throw error;
    explainFailure(error);
  }
  try {
    await scratch.create(datname, createDatabaseSql(datname, { ...options, locale: PLAIN_LOCALE }));
    return false;
  } catch (error) {
    if (error instanceof Verdict) throw error;
    throw inconclusive('scratch', `no database can be made: ${explainFailure(error).detail}`);
  }
}

/** Whose fault it is that a restore ended early: that of the backup, unless something else is known. */
async function whyNot(
  scratch: Scratch,
  { dump, end, sameLocale }: { readonly dump: Dump; readonly end: ProgramEnd; readonly sameLocale: boolean },
): Promise<Verdict> {
  const cut = cutShort(end);
  if (cut !== undefined) return cut;
  const name = dump.format === 'archive' ? 'pg_restore' : 'psql';
  const why = explainEnd(name, end);
  if (/No space left on device|disk full/i.test(end.said)) return inconclusive('no_space', why);
  if (/extension .* is not available|could not open extension control file/.test(end.said))
    return inconclusive('extension', why);
  if (/could not access file "[^"]*": No such file/.test(end.said)) return inconclusive('extension', why);
  if (/permission denied|must be superuser|must be owner/.test(end.said)) return inconclusive('scratch', why);
  if (/CREATE DATABASE cannot (be executed|run) (from|inside)/.test(end.said))
    return inconclusive(
      'scratch',
      `the dump makes a database of its own (pg_dump --create), which is not tried; ${why}`,
    );
  if (end.signal !== undefined) return inconclusive('interrupted', why);
  if (!(await isWell(scratch))) return inconclusive('scratch', `the scratch server ended; ${why}`);
  if (!sameLocale)
    return inconclusive('scratch', `the locale of the database is not on the scratch server; ${why}`);
  return failed('restore', why);
}

async function isWell(scratch: Scratch): Promise<boolean> {
  try {
    const session = await scratch.open(MAINTENANCE);
    await session.query({ text: 'SELECT 1' });
    await session.close();
    return true;
  } catch {
    return false;
  }
}
