import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from './needs.ts';
import { run } from './process.ts';

const ROOT = join(import.meta.dirname, '../..');
const STAMP = join(ROOT, 'dist/.built');
const LOCK = join(ROOT, 'node_modules/.pgvigil-build.lock');
/** No build takes that long: whoever held the lock was killed. */
const STALE_LOCK_MS = 120_000;

/** A path below `dist/`, for a test that needs the compiled program: a child process cannot run TypeScript. */
export const built = (path: string): string => join(ROOT, 'dist', path);

/** Compiles `src/` into `dist/` where that is older; test files that run at the same time wait for one build. */
export async function ensureBuilt(): Promise<void> {
  if (isFresh()) return;
  await lock();
  try {
    if (isFresh()) return;
    const startedAt = new Date();
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { output } = await run(
      { command: program('node'), args: [tsc, '-p', 'tsconfig.build.json'], cwd: ROOT },
      120_000,
    );
    // Types are checked elsewhere: what was emitted is what counts here.
    if (!existsSync(built('disposable/child.js'))) throw new Error(`the build gave nothing:\n${output}`);
    writeFileSync(STAMP, output);
    // A file that was changed during the build makes the next one necessary.
    utimesSync(STAMP, startedAt, startedAt);
  } finally {
    rmdirSync(LOCK);
  }
}

function isFresh(): boolean {
  const builtAt = statSync(STAMP, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return sources.every((name) => {
    const stats = statSync(join(ROOT, 'src', name), { throwIfNoEntry: false });
    return stats === undefined || stats.mtimeMs < builtAt;
  });
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
