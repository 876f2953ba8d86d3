import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BackupPlace, backupPlace } from '../../kit/backup-place.ts';
import { ensureBuilt } from '../../kit/build.ts';
import { CANARY } from '../../kit/canary.ts';
import { describeWith } from '../../kit/needs.ts';
import { type Postgres, startPostgres } from '../../kit/postgres.ts';

const PASSWORD = `restic-${CANARY}`;

/** Several runs in a test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 300_000 });

describeWith(['postgres15', 'restic', 'rclone'], 'a copy somewhere else', () => {
  let server: Postgres;
  let place: BackupPlace;
  let away: string;

  beforeAll(async () => {
    await ensureBuilt();
    server = await startPostgres({
      version: 15,
      settings: { wal_level: 'replica', max_wal_senders: '4' },
      hba: ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'],
    });
    await server.query('CREATE DATABASE app');
    await server.query('CREATE TABLE orders AS SELECT i FROM generate_series(1, 1000) i', 'app');
  });
  afterAll(() => server?.dispose());
  beforeEach(() => {
    place = backupPlace();
    away = join(place.root, 'away');
    mkdirSync(away);
    writeFileSync(join(place.root, 'password'), PASSWORD);
  });
  afterEach(() => place.remove());

  function sendTo(offsite: object): void {
    place.configure({ url: server.url() }, { databases: ['app'], offsite });
  }
  const ofRestic = (changes: object = {}): object => ({
    restic: { repository: away, password_file: join(place.root, 'password'), ...changes },
  });
  const restic = (...args: readonly string[]): string =>
    execFileSync('restic', ['--no-cache', ...args], {
      encoding: 'utf8',
      env: { ...process.env, RESTIC_REPOSITORY: away, RESTIC_PASSWORD: PASSWORD },
    });

  describe('by restic', () => {
    test('has the dump and its manifest, found by tag and by a host name that stays', async () => {
      restic('init');
      sendTo(ofRestic());
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
      expect(end.of('app')).toMatchObject({ offsite: true, phasesMs: { offsite: expect.any(Number) } });
      expect(end.said).not.toContain(CANARY);
      const [snapshot] = JSON.parse(restic('snapshots', '--json', '--tag', 'datname=app')) as {
        hostname: string;
        tags: string[];
      }[];
      expect(snapshot).toMatchObject({
        hostname: 'main',
        tags: expect.arrayContaining(['pgvigil', 'source=nightly']),
      });
      restic('restore', 'latest', '--tag', 'datname=app', '--target', join(place.root, 'back'));
      const [dump] = (await place.kept()).dumps;
      const back = join(place.root, 'back', dump?.directory ?? '');
      expect(readdirSync(back).sort()).toEqual(Object.values(dump?.found.names ?? {}).sort());
      execFileSync('sha256sum', ['--check', '--quiet', dump?.found.names.checksums ?? ''], { cwd: back });
      expect(place.runs().get('app')?.offsiteAt).toBeGreaterThan(0);
    });

    test.each([
      ['without a repository', () => {}, /restic init/],
      [
        'with another password',
        () => {
          restic('init');
          writeFileSync(join(place.root, 'password'), `not-${CANARY}`);
        },
        /wrong password/,
      ],
    ])('%s is no success, and the one here is good (18)', async (_, prepare, message) => {
      prepare();
      sendTo(ofRestic());
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 18 });
      expect(end.of('app')).toMatchObject({ exitCode: 18, offsite: false, pruned: 0 });
      expect(end.of('app')?.message).toMatch(message);
      expect(end.said).not.toContain(CANARY);
      expect((await place.kept()).dumps).toHaveLength(1);
      const run = place.runs().get('app');
      expect(run).toMatchObject({ exitCode: 18, offsiteAt: undefined });
      expect(run?.succeededAt).toBeGreaterThan(0);
    });
  });

  describe('by rclone', () => {
    const ofRclone = (): object => {
      const config = join(place.root, 'rclone.conf');
      writeFileSync(config, '[disk]\ntype = local\n');
      return { rclone: { remote: `disk:${away}/pg`, config_file: config } };
    };

    test('lies there as here, and every byte was compared', async () => {
      sendTo(ofRclone());
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
      const [dump] = (await place.kept()).dumps;
      const there = join(away, 'pg', (dump?.directory ?? '').slice(place.directory.length));
      for (const name of Object.values(dump?.found.names ?? {}))
        expect(readFileSync(join(there, name)).equals(readFileSync(join(dump?.directory ?? '', name)))).toBe(
          true,
        );
      expect((await place.backup()).code).toBe(0);
      expect(readdirSync(there)).toHaveLength(6);
    });

    test('has the physical copy too', async () => {
      place.configure({ url: server.url() }, { databases: ['app'], physical: true, offsite: ofRclone() });
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
      const path = end.items.find(({ what }) => what === 'physical')?.path ?? '';
      const there = join(away, 'pg', path.slice(place.directory.length));
      expect(readdirSync(there).sort()).toEqual(readdirSync(path).sort());
    });

    test('that is refused is no success (18)', async () => {
      // A file is in the way of the directory: even root is refused.
      writeFileSync(join(away, 'pg'), '');
      sendTo(ofRclone());
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 18 });
      expect((await place.kept()).dumps).toHaveLength(1);
      rmSync(join(away, 'pg'));
      expect((await place.backup()).code).toBe(0);
    });

    test('to a remote that nobody knows is no success (18)', async () => {
      sendTo({ rclone: { remote: 'nobody:pg' } });
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 18 });
      expect(end.of('app')?.message).toContain('config_file');
    });
  });
});
