import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Directory shared by all test processes of a user; everything in it is made once and moved into place. */
export function cacheDirectory(): string {
  const directory = join(tmpdir(), `pgvigil-test-postgres-${process.getuid?.() ?? 0}`);
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
  return directory;
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
