import { chmodSync, existsSync, mkdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFresh, ROOT } from '../../scripts/setup.js';
import { run } from './process.ts';

const DIST = join(ROOT, 'dist');
const LOCK = join(ROOT, 'node_modules/.pgvigil-build.lock');
/** No build takes that long: whoever held the lock was killed. */
const STALE_LOCK_MS = 120_000;

/** A path below `dist/`, for a test that needs the compiled program: a child process cannot run TypeScript. */
export const built = (path: string): string => join(DIST, path);

/** Compiles `src/` into `dist/` where that is older; test files that run at the same time wait for one build. */
export async function ensureBuilt(): Promise<void> {
  if (await isFresh(ROOT)) return;
  await lock();
  const fresh = join(ROOT, `.build-${process.pid}`);
  const old = `${fresh}-old`;
  try {
    if (await isFresh(ROOT)) return;
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh];
    const { output } = await run({ command: process.execPath, args, cwd: ROOT }, 120_000);
    // Types are checked elsewhere: what was emitted is what counts here.
    if (!existsSync(join(fresh, 'main.js'))) throw new Error(`the build gave nothing:\n${output}`);
    chmodSync(join(fresh, 'main.js'), 0o755);
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(fresh, DIST);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
    rmdirSync(LOCK);
  }
}

async function lock(): Promise<void> {
  for (;;) {
    try {
      mkdirSync(LOCK);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const heldMs = Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (heldMs > STALE_LOCK_MS) rmdirSync(LOCK);
    await sleep(100);
  }
}
