import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BackupPlace, backupPlace } from '../../kit/backup-place.ts';
import { ensureBuilt } from '../../kit/build.ts';
import { describeWith, has } from '../../kit/needs.ts';
import { type Postgres, startPostgres } from '../../kit/postgres.ts';
import { waitFor } from '../../kit/wait.ts';

/** Several runs in a test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 300_000 });

describeWith(['postgres15', 'shell'], 'a backup that goes wrong', () => {
  let server: Postgres;
  let place: BackupPlace;

  beforeAll(async () => {
    await ensureBuilt();
    server = await startPostgres({ version: 15 });
    await server.query('CREATE DATABASE app');
    await server.query(
      'CREATE TABLE orders AS SELECT i, md5(i::text) FROM generate_series(1, 1000) i',
      'app',
    );
  });
  afterAll(() => server?.dispose());
  beforeEach(() => {
    place = backupPlace();
    place.configure({ url: server.url() }, { databases: ['app'] });
  });
  afterEach(() => place.remove());

  /** Everything that counts as a backup is whole. */
  async function expectWhole(count: number): Promise<void> {
    const { dumps } = await place.kept();
    expect(dumps).toHaveLength(count);
    for (const { directory, manifest } of dumps)
      for (const { name, sha256 } of manifest.files)
        expect(
          createHash('sha256')
            .update(readFileSync(join(directory, name)))
            .digest('hex'),
        ).toBe(sha256);
  }
  const leftovers = (): readonly string[] => place.files().filter((name) => name.endsWith('.partial'));
  const privateFiles = (): readonly string[] =>
    readdirSync(place.temporary).filter((name) => name.startsWith('pgvigil-backup-'));
  /** A dump that is written, and whose program then waits for ever. */
  const HANG = '$REAL "$@"; echo $$ > "$(dirname "$0")/pid"; exec sleep 600';
  const hanging = (): Promise<number> =>
    waitFor('pg_dump', 60_000, () => {
      const path = join(place.root, 'tools', 'pid');
      return existsSync(path) ? Number(readFileSync(path, 'utf8')) || undefined : undefined;
    });

  describe('programs', () => {
    test.each([
      [
        'pg_dump that fails (15)',
        'pg_dump',
        'echo PGDMP > "$FILE"; echo "error: out of luck" >&2; exit 1',
        15,
      ],
      ['pg_dump that is killed (15)', 'pg_dump', '$REAL "$@"; kill -9 $$', 15],
      ['pg_dump that succeeds and wrote nothing (16)', 'pg_dump', 'exit 0', 16],
      ['a dump that is cut off (16)', 'pg_dump', '$REAL "$@"; truncate -s -200 "$FILE"', 16],
      [
        'a disk that is full half-way (12)',
        'pg_dump',
        'echo half > "$FILE"; echo "could not write: No space left on device" >&2; exit 1',
        12,
      ],
      ['pg_restore that fails (16)', 'pg_restore', 'exit 1', 16],
    ])('%s: nothing is left that counts', async (_, name, script, code) => {
      place.standIn(name, script);
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code });
      expect(end.of('app')?.result).toBe('failed');
      expect(place.files().filter((file) => /app/.test(file))).toEqual([]);
      await expectWhole(0);
      expect(place.runs().get('app')).toMatchObject({
        result: 'failed',
        exitCode: code,
        succeededAt: undefined,
      });
      expect(privateFiles()).toEqual([]);
    });

    test('what pg_dump says is no verdict: a warning is a success', async () => {
      place.standIn('pg_dump', 'echo "pg_dump: error: not really" >&2; exec $REAL "$@"');
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
    });

    test.each([
      ['that fail (15)', 'exit 1', 15],
      ['that have no end (16)', '$REAL "$@"; truncate -s -200 "$FILE"', 16],
    ])('globals %s: the dump is good, the run is not, and nothing is deleted', async (_, script, code) => {
      place.standIn('pg_dumpall', script);
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code });
      expect(end.of('app')).toMatchObject({ exitCode: 0, pruned: 0 });
      await expectWhole(1);
      expect((await place.kept()).clusters).toEqual([]);
      expect(leftovers()).toEqual([]);
      expect(place.runs().get('')).toMatchObject({ result: 'failed', exitCode: code });
    });

    test('a dump that never ends is ended at the deadline (15)', async () => {
      place.standIn('pg_dump', HANG);
      place.configure({ url: server.url() }, { databases: ['app'], deadline: '1m' });
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 15 });
      expect(end.of('app')?.message).toContain('deadline');
      expect(existsSync(`/proc/${await hanging()}`)).toBe(false);
      expect(leftovers()).toEqual([]);
    });
  });

  describe('deaths', () => {
    test('pg_dump is killed: the run fails (15)', async () => {
      place.standIn('pg_dump', HANG);
      const running = await place.begin();
      process.kill(await hanging(), 'SIGKILL');
      expect(await running.exited).toMatchObject({ code: 15 });
      expect(running.output()).toContain('was ended by SIGKILL');
      await expectWhole(0);
      expect(leftovers()).toEqual([]);
    });

    test('we are told to end: pg_dump ends too, and nothing is left (143)', async () => {
      place.standIn('pg_dump', HANG);
      const running = await place.begin();
      const pid = await hanging();
      running.signal('SIGTERM');
      expect(await running.exited).toMatchObject({ code: 143 });
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      expect(leftovers()).toEqual([]);
      expect(privateFiles()).toEqual([]);
      expect(place.runs().get('app')).toMatchObject({ result: 'aborted', totals: { aborted: 1 } });
      await expectWhole(0);
    });

    test('we are killed half-way: it counts as nothing, and the next run cleans up', async () => {
      place.standIn('pg_dump', HANG);
      const running = await place.begin();
      const pid = await hanging();
      running.signal('SIGKILL');
      await running.exited;
      process.kill(pid, 'SIGKILL');
      expect(leftovers()).toHaveLength(1);
      await expectWhole(0);
      expect(place.runs().get('app')).toMatchObject({ result: 'running', finishedAt: undefined });

      place.standIn('pg_dump', 'exec $REAL "$@"');
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
      expect(leftovers()).toEqual([]);
      expect(privateFiles()).toEqual([]);
      expect(place.runs().get('app')).toMatchObject({
        result: 'success',
        totals: { aborted: 1, success: 1 },
      });
      await expectWhole(1);
    });

    test('we are killed between the dump and its manifest: it counts as nothing', async () => {
      expect((await place.backup()).code).toBe(0);
      const directory = (await place.kept()).dumps[0]?.directory ?? '';
      let made = 1;
      let between = 0;
      for (let attempt = 0; attempt < 40 && between === 0; attempt += 1) {
        const running = await place.begin();
        const names = new Set(readdirSync(directory));
        const watcher = watch(directory, (_, name) => {
          if (name?.endsWith('.dump') && !name.startsWith('.') && !names.has(name)) running.signal('SIGKILL');
        });
        await running.exited;
        watcher.close();
        const { dumps, incomplete } = await place.kept();
        between = incomplete.length;
        made = dumps.length;
      }
      expect(between, 'no kill came between').toBe(1);
      await expectWhole(made);
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
      expect(end.said).toContain('has no manifest, and is no backup');
      await expectWhole(made + 1);
    });

    test('two at once: the second one does nothing, and says so (11)', async () => {
      place.standIn('pg_dump', HANG);
      const running = await place.begin();
      await hanging();
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 11 });
      expect(place.skipped().get('app')).toMatchObject({ result: 'skipped_locked', exitCode: 11 });
      expect(place.runs().get('app')).toMatchObject({ result: 'running' });
      running.signal('SIGTERM');
      await running.exited;
    });

    test('two at once into two directories: the server itself knows (11)', async () => {
      const second = backupPlace();
      try {
        second.configure({ url: server.url() }, { databases: ['app'] });
        place.standIn('pg_dump', HANG);
        const running = await place.begin();
        await hanging();
        const session = await server.session('app');
        await session.query('SELECT 1');
        const end = await second.backup();
        expect(end, end.said).toMatchObject({ code: 11 });
        expect(end.of('app')).toMatchObject({ result: 'skipped_locked' });
        running.signal('SIGTERM');
        await running.exited;
        expect((await second.backup()).code).toBe(0);
      } finally {
        second.remove();
      }
    });

    test('the server dies while it is dumped (15)', async () => {
      const victim = await startPostgres({ version: 15 });
      try {
        await victim.query('CREATE DATABASE app');
        place.configure({ url: victim.url() }, { databases: ['app'] });
        place.standIn('pg_dump', '$REAL "$@"; echo $$ > "$(dirname "$0")/pid"; sleep 3');
        const running = await place.begin();
        await hanging();
        await victim.kill();
        expect((await running.exited).code).not.toBe(0);
        await expectWhole(0);
        expect(leftovers()).toEqual([]);
      } finally {
        await victim.dispose();
      }
    });
  });

  describe('destinations', () => {
    test.each([
      ['that is not there', (at: BackupPlace) => ({ directory: join(at.root, 'none') }), /is not there/],
      ['that must be a mount and is none', () => ({ require_mount: true }), /nothing is mounted at/],
      [
        'in the data directory',
        () => ({ directory: join(server.dataDirectory, 'base') }),
        /lies in the data directory/,
      ],
    ])('%s: refused, and nothing is made (17)', async (_, source, message) => {
      place.configure({ url: server.url() }, { databases: ['app'], ...source(place) });
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 17 });
      expect(end.said).toMatch(message);
      expect(place.files()).toEqual([]);
      expect(existsSync(join(place.root, 'none'))).toBe(false);
      const state = readFileSync(join(place.root, 'state', 'backup-runs-main.json'), 'utf8');
      expect(JSON.parse(state).runs[0]).toMatchObject({ datname: 'app', result: 'failed', exitCode: 17 });
    });

    test.runIf(has('mounts', 'root'))('of 5 MB: nothing is begun (12)', async () => {
      place.configure({ url: server.url() }, { databases: ['app'], require_mount: false });
      const mount = `mount -t tmpfs -o size=5m none '${place.directory}' && "$@"; code=$?; find '${place.directory}' -name '*.dump*' >&2; exit $code`;
      const end = await place.backupThrough(['unshare', '--mount', 'sh', '-c', mount, 'sh']);
      expect(end, end.said).toMatchObject({ code: 12 });
      expect(end.of('app')).toMatchObject({ result: 'skipped_space' });
      expect(end.said).not.toContain('.dump');
    });

    test.runIf(has('mounts', 'root'))('in memory: refused (17)', async () => {
      const mount = `mount -t tmpfs none '${place.directory}' && exec "$@"`;
      const end = await place.backupThrough(['unshare', '--mount', 'sh', '-c', mount, 'sh']);
      expect(end, end.said).toMatchObject({ code: 17 });
      expect(end.said).toContain('is kept in memory');
    });

    test.runIf(has('mounts', 'root'))('read-only: refused (17)', async () => {
      const mount = `mount --bind '${place.directory}' '${place.directory}' && mount -o remount,bind,ro '${place.directory}' && exec "$@"`;
      const end = await place.backupThrough(['unshare', '--mount', 'sh', '-c', mount, 'sh']);
      expect(end, end.said).toMatchObject({ code: 17 });
      expect(end.said).toContain('EROFS');
    });
  });

  test('what others keep there is left alone', async () => {
    const strange = join(place.directory, 'main', 'notes');
    mkdirSync(strange, { recursive: true });
    execFileSync('touch', [join(strange, 'latest.dump'), join(place.directory, 'x.partial')]);
    expect((await place.backup()).code).toBe(0);
    expect(existsSync(join(strange, 'latest.dump')) && existsSync(join(place.directory, 'x.partial'))).toBe(
      true,
    );
  });
});
