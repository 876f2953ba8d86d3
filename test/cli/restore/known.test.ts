import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { knownClusters } from '../../../src/cli/restore/known.ts';
import type { Config } from '../../../src/model/config.ts';
import { clusterDirectory } from '../../../src/observe/backups/own/layout.ts';
import { handClock } from '../../kit/clock.ts';
import { parseText } from '../../kit/config.ts';

describe('clusters that hold data', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'pgvigil-known-'));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  /** Three servers that nothing listens for. */
  function config(): Config {
    const silent = 'postgres://nobody@127.0.0.1:1/postgres';
    const parsed = parseText(
      JSON.stringify({
        servers: [
          { name: 'pinned', url: silent, identity: { system_identifier: '7711164505161400930' } },
          { name: 'copied', url: silent },
          { name: 'unknown', url: silent },
        ],
        docker: false,
        state: { directory: join(base, 'state') },
        backups: [{ name: 'nightly', kind: 'pgvigil', server: 'copied', directory: base }],
      }),
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.config;
  }

  test('are told by the server, and one of which nothing is known is left out', async () => {
    mkdirSync(clusterDirectory(base, 'copied', '7711166475015090956'), { recursive: true });
    expect(await knownClusters(config(), handClock())).toEqual(
      new Map([
        ['pinned', new Set(['7711164505161400930'])],
        ['copied', new Set(['7711166475015090956'])],
      ]),
    );
  });
});
