import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Offsite } from '../../model/backup-source.ts';
import {
  databaseDirectoryName,
  dumpNames,
  encodeName,
  parseStamp,
} from '../../observe/backups/own/layout.ts';
import { decodeManifest } from '../../observe/backups/own/manifest-codec.ts';
import { ManifestError } from '../../observe/backups/own/readers.ts';
import { explainEnd, type ProgramEnd, type ProgramOptions, runProgram } from '../../observe/program.ts';
import { rcloneEnvironment, remotePath } from '../backup/rclone.ts';
import { resticEnvironment } from '../backup/restic.ts';
import { cutShort } from './archive.ts';
import type { Chosen } from './choose.ts';
import { sweepLeftovers } from './leftovers.ts';
import { failed, inconclusive } from './verdict.ts';

/** A copy that was brought here from somewhere else; `release` removes it. */
export interface Fetched {
  readonly chosen: Chosen;
  readonly release: () => Promise<void>;
}

/** One backup somewhere else: how its parts are called there. */
export interface Remote {
  readonly id: string;
  readonly systemIdentifier: string;
  readonly manifest: string;
  readonly data: string;
  readonly snapshot: string;
}

/** How a tool lists and fetches; each call rejects with a `Verdict`. */
interface Store {
  list(): Promise<readonly Remote[]>;
  /** Brings one file of a backup here, and gives its path. */
  fetch(of: Remote, name: string): Promise<string>;
}

const PREFIX = 'pgvigil-fetch-';

type Running = Pick<ProgramOptions, 'deadlineMs' | 'signal'>;

/** Copies of one database somewhere else. Each call rejects with a `Verdict`. */
export interface OffsiteCopies {
  /** Oldest first. */
  list(): Promise<readonly Remote[]>;
  /** Brings one here, into a directory of its own. */
  fetch(remote: Remote): Promise<Fetched>;
}

export function offsiteCopies(
  to: Offsite,
  of: { readonly server: string; readonly source: string; readonly datname: string },
  running: Running,
): OffsiteCopies {
  const inDirectory = async <T>(task: (store: Store, directory: string) => Promise<T>): Promise<T> => {
    sweepLeftovers(tmpdir(), PREFIX, Date.now());
    const directory = mkdtempSync(join(tmpdir(), PREFIX));
    const make =
      to.tool === 'restic'
        ? resticStore(to, of, directory, running)
        : rcloneStore(to, of, directory, running);
    try {
      return await task(make, directory);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  };
  return {
    list: () =>
      inDirectory(async (store, directory) => {
        const found = await store.list();
        rmSync(directory, { recursive: true, force: true });
        return found.toSorted((one, other) => (one.id < other.id ? -1 : 1));
      }),
    fetch: (remote) =>
      inDirectory(async (store, directory) => {
        const state = manifestIn(await store.fetch(remote, remote.manifest));
        const bytes = state.files.reduce((sum, file) => sum + file.bytes, 0);
        const { bavail, bsize } = statfsSync(directory);
        if (bavail * bsize < bytes)
          throw inconclusive('no_space', `${directory} has no room for the ${bytes} bytes of the copy`);
        const dataPath = await store.fetch(remote, remote.data);
        const { id, systemIdentifier } = remote;
        const manifestName = dumpNames(id).manifest;
        return {
          chosen: { id, systemIdentifier, directory, dataPath, manifestName, state },
          release: async () => rmSync(directory, { recursive: true, force: true }),
        };
      }),
  };
}

/** The newest copy, or the one with this id. Throws a `Verdict`. */
export function chooseRemote(found: readonly Remote[], id: string | undefined): Remote {
  const isMeant = (one: Remote): boolean =>
    id === undefined || id === one.id || id === `${one.systemIdentifier}/${one.id}`;
  const remote = found.findLast(isMeant);
  if (remote === undefined) throw inconclusive('no_backup', 'there is no such copy somewhere else');
  return remote;
}

function manifestIn(path: string): ReturnType<typeof decodeManifest> {
  try {
    return decodeManifest(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof ManifestError)
      throw failed('manifest', `the manifest of the copy: ${error.message}`);
    throw error;
  }
}

/** The stamp in the name of a manifest; `undefined`: it is something else. */
function stampIn(path: string): string | undefined {
  const stamp = /^(\d{8}T\d{6}Z)\.manifest\.json$/.exec(basename(path))?.[1];
  return stamp !== undefined && parseStamp(stamp) !== undefined ? stamp : undefined;
}

function resticStore(
  to: Extract<Offsite, { tool: 'restic' }>,
  { server, source, datname }: { readonly server: string; readonly source: string; readonly datname: string },
  directory: string,
  running: Running,
): Store {
  const env = resticEnvironment(to, directory);
  const run = (args: readonly string[]): Promise<ProgramEnd> =>
    required('restic', ['restic', '--no-cache', '--no-lock', ...args], { ...running, env, directory });
  const escaped = (text: string): string => text.replaceAll(',', '%2C');
  return {
    async list() {
      const tags = `pgvigil,source=${escaped(source)},datname=${escaped(datname)}`;
      const { output } = await run(['snapshots', '--json', '--host', server, '--tag', tags]);
      return snapshotsIn(output);
    },
    async fetch({ snapshot }, name) {
      // Where in the snapshot it lies depends on where restic was started; its name is there once.
      const file = basename(name);
      await run(['restore', snapshot, '--target', directory, '--include', file]);
      const found = readdirSync(directory, { recursive: true, encoding: 'utf8' });
      const path = found.find((one) => basename(one) === file);
      if (path === undefined) throw inconclusive('fetch', `${file} is not in snapshot ${snapshot}`);
      return join(directory, path);
    },
  };
}

/** The snapshots that hold a dump with its manifest. */
export function snapshotsIn(json: string): readonly Remote[] {
  let listed: unknown;
  try {
    listed = JSON.parse(json);
  } catch {
    throw inconclusive('fetch', 'restic listed something that is no JSON');
  }
  if (!Array.isArray(listed)) return [];
  return (listed as { id?: unknown; paths?: unknown; tags?: unknown }[]).flatMap(({ id, paths, tags }) => {
    const names = (Array.isArray(paths) ? paths : []).filter((one) => typeof one === 'string');
    const manifest = names.find((name) => stampIn(name) !== undefined);
    const stamp = manifest === undefined ? undefined : stampIn(manifest);
    const data = names.find((name) => name.endsWith('.dump'));
    const cluster = (Array.isArray(tags) ? tags : []).find((tag) => /^cluster=\d+$/.test(String(tag)));
    if (typeof id !== 'string' || manifest === undefined || stamp === undefined || data === undefined)
      return [];
    const systemIdentifier = String(cluster ?? '').replace('cluster=', '');
    return [{ id: stamp, systemIdentifier, manifest, data, snapshot: id }];
  });
}

function rcloneStore(
  to: Extract<Offsite, { tool: 'rclone' }>,
  { server, datname }: { readonly server: string; readonly datname: string },
  directory: string,
  running: Running,
): Store {
  const env = rcloneEnvironment(to, directory);
  const root = encodeName(server);
  const run = (args: readonly string[]): Promise<ProgramEnd> =>
    required('rclone', ['rclone', ...args], { ...running, env, directory });
  return {
    async list() {
      const listing = ['lsf', '--recursive', '--files-only', '--include', '*.manifest.json'];
      const { output } = await run([...listing, '--', remotePath(to, root)]);
      return manifestsIn(output, datname, root);
    },
    async fetch(_, name) {
      const path = join(directory, basename(name));
      await run(['copyto', '--', remotePath(to, name), path]);
      return path;
    },
  };
}

/** The backups of one database in a list of manifests below the directory of a server. */
export function manifestsIn(listing: string, datname: string, root: string): readonly Remote[] {
  return listing.split('\n').flatMap((line) => {
    const [systemIdentifier = '', database, name = ''] = line.split('/');
    const id = stampIn(name);
    if (id === undefined || database !== databaseDirectoryName(datname)) return [];
    const place = `${root}/${systemIdentifier}/${database}`;
    const names = dumpNames(id);
    const [manifest, data] = [`${place}/${names.manifest}`, `${place}/${names.data}`];
    return [{ id, systemIdentifier, manifest, data, snapshot: '' }];
  });
}

async function required(
  name: string,
  argv: readonly string[],
  options: Running & { readonly env: Readonly<Record<string, string>>; readonly directory: string },
): Promise<ProgramEnd> {
  const end = await runProgram(argv, { ...options, output: 'keep' });
  if (!end.ok) throw cutShort(end) ?? inconclusive('fetch', explainEnd(name, end));
  return end;
}
