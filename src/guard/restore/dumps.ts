import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileBackups } from '../../model/backup-source.ts';
import { parsePattern } from '../../observe/backups/pattern.ts';
import { readTree } from '../../observe/backups/tree.ts';
import { cleanEnvironment, runProgram } from '../../observe/program.ts';
import { chooseTools, majorOf, type PostgresTools } from '../postgres-tools.ts';
import { formatOf, whyUnread } from './archive.ts';
import type { Chosen } from './choose.ts';
import { headOfPlain, untriable } from './plain.ts';
import type { Dump } from './prove.ts';
import { inconclusive } from './verdict.ts';

const STILL_MS = 2_000;
const LIST_MS = 60_000;
/** Beside a dump, and none itself. */
const BESIDE = /\.(sha\d+|md5|json|stat|sig|asc|txt|log|partial|tmp)$/i;

/** A backup of pgvigil's own as a dump that can be tried. Throws a `Verdict`. */
export function ownDump(chosen: Chosen, found: readonly PostgresTools[]): Dump {
  const { state: manifest } = chosen;
  const majors = [manifest.serverVersion, manifest.clientVersion].map((version) => majorOf(version) ?? 0);
  return {
    id: chosen.id,
    path: chosen.dataPath,
    format: 'archive',
    manifest,
    dataAt: manifest.snapshotAt,
    tools: toolsFor(Math.max(...majors), found),
    release: async () => {},
  };
}

/** The newest dump file of a database that something else makes. Throws a `Verdict`. */
export async function foreignDump(
  source: FileBackups,
  { datname, datnames, file }: { datname: string; datnames: readonly string[]; file: string | undefined },
  found: readonly PostgresTools[],
): Promise<Dump> {
  const { path, modifiedMs } = file === undefined ? await newestFile(source, datname, datnames) : given(file);
  const format = await formatOf(path).catch((error: Error) => {
    throw inconclusive('fetch', `${path} cannot be read: ${error.message}`);
  });
  if (format === 'other')
    throw inconclusive(
      'fetch',
      `${path} is no dump that can be read: encrypted, or compressed by something else`,
    );
  const major =
    format === 'archive'
      ? await majorOfArchive(path, found)
      : majorIn(await headOfTriable(path, format === 'gzip'));
  const tools = toolsFor(major, found);
  const nothing = { manifest: undefined, release: async () => {} };
  return { id: path, path, format, dataAt: modifiedMs, tools, ...nothing };
}

async function headOfTriable(path: string, compressed: boolean): Promise<string> {
  const head = await headOfPlain(path, compressed);
  const why = untriable(head);
  if (why !== undefined) throw inconclusive('fetch', `${path} ${why}`);
  return head;
}

function given(path: string): { readonly path: string; readonly modifiedMs: number } {
  const modifiedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modifiedMs === undefined) throw inconclusive('no_backup', `there is no ${path}`);
  return { path, modifiedMs: Math.floor(modifiedMs) };
}

async function newestFile(
  source: FileBackups,
  datname: string,
  datnames: readonly string[],
): Promise<{ readonly path: string; readonly modifiedMs: number }> {
  const pattern = parsePattern(source.path);
  const list = () =>
    readTree(pattern.directory, pattern.depth)
      .filter(({ path, bytes }) => !BESIDE.test(path) && bytes >= source.minBytes)
      .filter(({ path }) => ['', datname].includes(pattern.match(path, datnames) ?? '\0'))
      .sort((one, other) => one.modifiedMs - other.modifiedMs);
  const before = reading(list);
  await new Promise((resolve) => setTimeout(resolve, STILL_MS));
  // One that still grows is not there yet.
  const still = new Set(
    before.map(({ path, bytes, modifiedMs }) => JSON.stringify([path, bytes, modifiedMs])),
  );
  const newest = reading(list).findLast(({ path, bytes, modifiedMs }) =>
    still.has(JSON.stringify([path, bytes, modifiedMs])),
  );
  if (newest === undefined) throw inconclusive('no_backup', `there is no file ${source.path}`);
  return { path: join(pattern.directory, newest.path), modifiedMs: Math.floor(newest.modifiedMs) };
}

function reading<T>(list: () => T): T {
  try {
    return list();
  } catch (error) {
    throw inconclusive('fetch', `the files cannot be listed: ${(error as Error).message}`);
  }
}

/** The versions that an archive names: of the server, and of the pg_dump that made it. */
async function majorOfArchive(path: string, found: readonly PostgresTools[]): Promise<number> {
  const newest = found.toSorted((a, b) => b.major - a.major)[0] ?? toolsFor(1, found);
  const end = await runProgram([newest.path('pg_restore'), '--list', path], {
    env: cleanEnvironment(),
    directory: '/',
    deadlineMs: LIST_MS,
    output: 'keep',
  });
  if (!end.ok) throw whyUnread('pg_restore --list', end);
  return majorIn(end.output);
}

/** Both kinds of dump say it in a comment at their beginning; 1 where none does. */
function majorIn(head: string): number {
  const versions = [...head.matchAll(/^(?:;|--)\s+Dumped (?:from|by).*version:? (\d[\w.]*)/gm)];
  return Math.max(1, ...versions.map(([, version = '']) => majorOf(version) ?? 1));
}

function toolsFor(major: number, found: readonly PostgresTools[]): PostgresTools {
  const tools = chooseTools(found, major);
  if (tools !== undefined) return tools;
  const there = found.map(({ version }) => version).join(', ') || 'none';
  throw inconclusive(
    'tools',
    `a restore needs PostgreSQL ${major || ''} or newer on this machine (initdb, postgres, pg_restore, psql); found: ${there}`,
  );
}
