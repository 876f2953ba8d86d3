import { open } from 'node:fs/promises';
import {
  explainEnd,
  type ProgramEnd,
  type ProgramOptions,
  runProgram,
  startProgram,
} from '../../observe/program.ts';
import { type DatabaseOptions, HEAD_CHARACTERS, parseDatabaseOptions } from './database-options.ts';
import { failed, inconclusive, type Verdict } from './verdict.ts';

/** What a dump file is, by its first bytes. */
export type DumpFormat = 'archive' | 'gzip' | 'plain' | 'other';

const MAGIC_BYTES = 512;

/** Looks at the beginning of a file; a text counts as a plain dump when it says that it is one. */
export async function formatOf(path: string): Promise<DumpFormat> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.subarray(0, 5).toString('latin1') === 'PGDMP') return 'archive';
    if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
    return head.toString('latin1').includes('-- PostgreSQL database dump') ? 'plain' : 'other';
  } finally {
    await file.close();
  }
}

/** How `pg_restore` is run: without the database, which each call names. */
export interface RestoreTool {
  /** Path of `pg_restore`. */
  readonly path: string;
  readonly options: Pick<ProgramOptions, 'env' | 'deadlineMs' | 'signal'>;
}

/**
 * Decodes an archive to its last byte, which finds everything that was cut off, and damage in what is compressed.
 * Throws a `Verdict`.
 */
export async function decodeArchive(tool: RestoreTool, path: string): Promise<void> {
  const end = await runProgram([tool.path, '-f', '/dev/null', path], { ...tool.options, directory: '/' });
  if (!end.ok) throw whyUnread('pg_restore -f /dev/null', end);
}

/** How the database was made that is in an archive; `undefined`: it does not say. */
export async function optionsOfArchive(
  tool: RestoreTool,
  path: string,
): Promise<DatabaseOptions | undefined> {
  // The beginning is all that is needed; pg_restore ends with the pipe.
  const { child, ended } = startProgram(
    [tool.path, '--create', '--section=pre-data', '--schema=pgvigil-none', '-f', '-', path],
    { ...tool.options, directory: '/', output: 'pipe' },
  );
  let head = '';
  child?.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (head.length < HEAD_CHARACTERS) head += text;
  });
  const end = await ended;
  if (!end.ok) throw whyUnread('pg_restore --create', end);
  return parseDatabaseOptions(head);
}

/** What a restore leaves out. */
export type LeftOut =
  | 'owner'
  | 'privileges'
  | 'publications'
  | 'subscriptions'
  | 'tablespaces'
  | 'security-labels';

/** For a test: roles are not there, and nothing that would reach out to other servers may come to life. */
export const LEFT_OUT_OF_TESTS: readonly LeftOut[] = [
  'owner',
  'privileges',
  'publications',
  'subscriptions',
  'tablespaces',
  'security-labels',
];

/** Restores an archive into a database, and stops at the first error. */
export async function restoreArchive(
  tool: RestoreTool,
  {
    path,
    datname,
    jobs,
    leftOut,
  }: {
    readonly path: string;
    readonly datname: string;
    readonly jobs: number;
    readonly leftOut: readonly LeftOut[];
  },
): Promise<ProgramEnd> {
  return runProgram(
    [
      tool.path,
      '--exit-on-error',
      ...(jobs > 1 ? ['--jobs', String(jobs)] : []),
      ...leftOut.map((what) => `--no-${what}`),
      '--no-password',
      '--dbname',
      databaseArgument(datname),
      path,
    ],
    { ...tool.options, directory: '/' },
  );
}

/** A name that holds `=` or begins as a URL would be taken for a connection string. */
export function databaseArgument(datname: string): string {
  return `dbname='${datname.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** The verdict on a program that we ended ourselves; `undefined`: it ended by itself. */
export function cutShort({ cut }: ProgramEnd): Verdict | undefined {
  if (cut === 'aborted') return inconclusive('interrupted', 'it was told to end');
  if (cut === 'deadline') return inconclusive('deadline', 'it took longer than it may');
  if (cut === 'not_started') return inconclusive('tools', 'a program of PostgreSQL cannot be started');
  if (cut === 'too_much_output') return inconclusive('tools', 'a program of PostgreSQL said too much');
  return undefined;
}

/** What pg_restore says of an archive that a newer one, or one that was built with more, would read. */
const TOO_OLD = /unsupported version \(|does not support compression|compression not supported/;

/** Whose fault it is that an archive could not be read: its own, unless something else is known. */
export function whyUnread(name: string, end: ProgramEnd): Verdict {
  const why = explainEnd(name, end);
  if (TOO_OLD.test(end.said))
    return inconclusive('tools', `the programs cannot read this kind of dump; ${why}`);
  return cutShort(end) ?? failed('archive', why);
}
