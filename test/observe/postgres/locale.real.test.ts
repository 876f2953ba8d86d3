import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findProgram } from '../../kit/needs.ts';
import { postgresBinaries, startPostgres } from '../../kit/postgres.ts';
import { watchPostgres } from '../../kit/postgres-watch.ts';

// The npm build of PostgreSQL 18 has no translations; Debian's 15 has.
test('a server that speaks Japanese is understood as well', async ({ skip }) => {
  const localedef = findProgram('localedef');
  if (localedef === undefined || postgresBinaries(15) === undefined)
    skip('needs localedef and PostgreSQL 15');
  const locales = mkdtempSync(join(tmpdir(), 'pgvigil-locale-'));
  chmodSync(locales, 0o755);
  execFileSync(localedef as string, ['-i', 'ja_JP', '-f', 'UTF-8', join(locales, 'ja_JP.UTF-8')], {
    stdio: 'pipe',
  });
  const server = await startPostgres({
    version: 15,
    environment: { LOCPATH: locales },
    settings: { lc_messages: 'ja_JP.UTF-8' },
    hba: ['host all ghost 127.0.0.1/32 reject', 'host all all 127.0.0.1/32 trust'],
  });
  const databases = { expect: ['gone', 'wiped', 'shut'], learn: false, learnAfterMs: 0, ignore: [] };
  const watched = watchPostgres(server.config({ databases }));
  const ghost = watchPostgres(server.config({ user: 'ghost' }));
  try {
    await server.query('CREATE DATABASE wiped');
    await server.query('CREATE DATABASE shut ALLOW_CONNECTIONS false');
    const [wiped] = await server.query(`SELECT oid FROM pg_database WHERE datname = 'wiped'`);
    await rm(`${server.dataDirectory}/base/${wiped?.['oid']}`, { recursive: true });
    await watched.until(() => watched.database('wiped') === 'files_missing');
    await watched.until(() => watched.database('shut') === 'connections_disallowed');
    expect(watched.database('gone')).toBe('no_database');
    await ghost.until(() => ghost.server() === 'access_denied');
    // Else this test would prove nothing. The log has question marks, for its encoding is that of C.
    expect(server.log()).toMatch(/FATAL: {2}\?+"wiped"\?+/);
    await server.stop('fast');
    await watched.until(() => watched.server() === 'refused');
  } finally {
    await Promise.all([watched.stop(), ghost.stop()]);
    await server.dispose();
    rmSync(locales, { recursive: true });
  }
});
