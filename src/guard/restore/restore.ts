import { randomBytes } from 'node:crypto';
import type { BackupManifest } from '../../model/backup.ts';
import type { BackupConnection } from '../../model/backup-source.ts';
import type { Clock } from '../../model/time.ts';
import { cleanEnvironment, explainEnd } from '../../observe/program.ts';
import { createClientFiles } from '../backup/client-files.ts';
import { readContent } from '../content.ts';
import { majorOf } from '../postgres-tools.ts';
import { cutShort, type LeftOut, optionsOfArchive, restoreArchive } from './archive.ts';
import { type Comparison, compare } from './compare.ts';
import { createDatabaseSql, type DatabaseOptions, quoted } from './database-options.ts';
import { type Dump, proveDump } from './prove.ts';
import { provisionalName, renameSql, type Target, TargetError, type TargetNow } from './target.ts';
import { failed } from './verdict.ts';

/** What is going to be done; nothing has been. */
export interface RestorePlan {
  readonly dump: Dump & { readonly manifest: BackupManifest };
  /** What the database will be called. */
  readonly datname: string;
  readonly target: TargetNow;
  readonly options: DatabaseOptions | undefined;
  /** `undefined`: that of the one that restores. */
  readonly owner: string | undefined;
  readonly leftOut: readonly LeftOut[];
}

/** What is there now. */
export interface Restored {
  readonly systemIdentifier: string | undefined;
  readonly oid: string;
  readonly comparison: Comparison;
  readonly tables: number;
  readonly nonEmptyTables: number;
  readonly rows: number;
  /** Where the data is, when it could not get its name because it is not what was dumped. */
  readonly datname: string;
  readonly seconds: Readonly<Record<'check' | 'restore' | 'compare', number>>;
}

export type RestoreStep = 'check' | 'restore' | 'compare';

/**
 * Brings a database back. It gets its name only when it is whole: until then it has one of its own, and is dropped again
 * where the restore fails. Into a database that is there and empty everything goes directly, and what had come stays there
 * where the restore fails. What was restored and could not be counted or named is kept, and the error says where. Throws
 * a `Verdict` or a `TargetError`.
 */
export async function restore(
  plan: RestorePlan,
  deps: {
    readonly target: Target;
    readonly connection: BackupConnection;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly deadlineMs: number;
    readonly jobs: number;
    readonly progress: (step: RestoreStep) => void;
  },
): Promise<Restored> {
  const { dump, datname } = plan;
  const { target, clock, signal, deadlineMs, progress } = deps;
  const seconds = { check: 0, restore: 0, compare: 0 };
  const step = async <T>(name: RestoreStep, task: () => Promise<T>): Promise<T> => {
    progress(name);
    const from = clock.monotonic();
    const value = await task();
    seconds[name] = Math.round(clock.monotonic() - from) / 1000;
    return value;
  };
  // Before anything is made: a broken backup leaves no trace.
  await step('check', async () => {
    await proveDump.checksum(dump, signal);
    await proveDump.archive(dump, { deadlineMs, signal });
  });
  const isNew = plan.target.database === 'missing';
  const name = isNew ? provisionalName(clock.now(), randomBytes(4).toString('hex')) : datname;
  if (isNew) await target.run(createDatabaseSql(name, plan.options ?? USUAL, plan.owner));
  try {
    await step('restore', () => fill(plan, name, deps));
  } catch (error) {
    // It is ours, and nobody has seen it.
    if (isNew) await target.run(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`).catch(() => {});
    throw error;
  }
  const { oid, comparison, tables } = await step('compare', async () => {
    const content = await look(plan, name, target);
    return { oid: await target.oidOf(name), ...content };
  }).catch((error: Error) => {
    throw keptIn(
      name,
      error,
      `was not counted: look at it${isNew ? `, then ${nextStep(name, datname)}` : ''}`,
    );
  });
  const isRight = comparison.difference === undefined;
  if (isNew && isRight)
    await target.run(renameSql(name, datname)).catch((error: Error) => {
      throw keptIn(
        name,
        error,
        `was counted and is right, but could not get its name: when "${datname}" is free, ${nextStep(name, datname)}`,
      );
    });
  return {
    systemIdentifier: plan.target.systemIdentifier,
    oid,
    comparison,
    tables: tables.length,
    nonEmptyTables: tables.filter(({ rows }) => rows > 0).length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    datname: isNew && !isRight ? name : datname,
    seconds,
  };
}

/** All of the data has come, and a person has to know where it is. */
function keptIn(name: string, error: Error, then: string): TargetError {
  return new TargetError(`${error.message}. The data was restored and is in "${name}"; it ${then}`, {
    cause: error,
  });
}

const nextStep = (name: string, datname: string): string =>
  `${renameSql(name, datname)}, or drop it and restore again`;

/** Where the archive does not say how its database was made. */
const USUAL: DatabaseOptions = { encoding: 'UTF8', locale: [] };

async function fill(
  { dump, leftOut }: RestorePlan,
  datname: string,
  {
    connection,
    deadlineMs,
    signal,
    jobs,
  }: {
    readonly connection: BackupConnection;
    readonly deadlineMs: number;
    readonly signal: AbortSignal;
    readonly jobs: number;
  },
): Promise<void> {
  const access = createClientFiles(connection);
  try {
    const tool = {
      path: dump.tools.path('pg_restore'),
      options: { env: access.env(datname), deadlineMs, signal },
    };
    const end = await restoreArchive(tool, { path: dump.path, datname, jobs, leftOut });
    if (!end.ok) throw cutShort(end) ?? failed('restore', explainEnd('pg_restore', end));
  } finally {
    access.remove();
  }
}

async function look({ dump, target: { major } }: RestorePlan, datname: string, target: Target) {
  const { manifest } = dump;
  const sameMajor = majorOf(manifest.serverVersion) === major;
  const session = await target.open(datname);
  try {
    const ask = async (text: string): Promise<readonly (readonly (string | null)[])[]> =>
      (await session.query({ text })).at(-1) ?? [];
    await ask('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const content = await readContent(ask, sameMajor ? Number.POSITIVE_INFINITY : -1);
    await ask('COMMIT');
    return { comparison: compare(manifest, content, { sameMajor }), tables: content.tables };
  } finally {
    await session.close();
  }
}

/** How the database was made that is in the dump; `undefined`: it does not say. Throws a `Verdict`. */
export function optionsOf(
  { tools, path }: Pick<Dump, 'tools' | 'path'>,
  deadlineMs: number,
): Promise<DatabaseOptions | undefined> {
  return optionsOfArchive(
    { path: tools.path('pg_restore'), options: { env: cleanEnvironment(), deadlineMs } },
    path,
  );
}
