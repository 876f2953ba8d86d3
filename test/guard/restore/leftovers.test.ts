import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { sweepLeftovers } from '../../../src/guard/restore/leftovers.ts';

const base = mkdtempSync(join(tmpdir(), 'pgvigil-sweep-'));
afterEach(() => rmSync(base, { recursive: true, force: true }));

test('what is older than a day and ours is removed, and nothing else', () => {
  const now = Date.now();
  for (const [name, ageHours] of [
    ['pgvigil-rt-old', 25],
    ['pgvigil-rt-young', 23],
    ['somebody-old', 99],
  ] as const) {
    mkdirSync(join(base, name, 'data'), { recursive: true });
    // A pid that is somebody else's by now.
    writeFileSync(join(base, name, 'data/postmaster.pid'), `${process.pid}\n`);
    const at = (now - ageHours * 3_600_000) / 1000;
    utimesSync(join(base, name), at, at);
  }
  sweepLeftovers(base, 'pgvigil-rt-', now);
  expect(readdirSync(base).sort()).toEqual(['pgvigil-rt-young', 'somebody-old']);
});
