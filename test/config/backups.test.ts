import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import type { BackupSource } from '../../src/model/backup-source.ts';
import { parseText, problemsOf, warningsOf } from '../kit/config.ts';

const ONE = 'servers: [{ name: main, url: postgres://me:own@db }]\n';
const TWO = 'servers: [{ name: a, url: postgres://me@a }, { name: b, url: postgres://me@b }]\n';
const FILES = { '/pw': 'word\n', '/env': '# keys\nA=1\nB="two words"\n', '/bad': 'A=1\nsecret\n' };

const read = (entries: string, servers = ONE) =>
  parseText(`${servers}backups:\n${entries}`, { files: FILES });

function sources(entries: string, servers = ONE): readonly BackupSource[] {
  const parsed = read(entries, servers);
  if (!parsed.ok) throw new Error(problemsOf(parsed).join('\n'));
  return parsed.config.backups;
}

describe('backups', () => {
  test('have sensible defaults, and no warning', () => {
    const parsed = read(
      '  - { kind: pgvigil, directory: /b }\n',
      'servers: [{ name: main, url: postgres://me@db }]\n',
    );
    expect(warningsOf(parsed)).toEqual([]);
    expect(parsed.ok && parsed.config.backups).toEqual([
      {
        name: 'pgvigil',
        kind: 'pgvigil',
        server: 'main',
        databases: undefined,
        maxAgeMs: 26 * 3_600_000,
        location: 'local',
        directory: '/b',
        schedule: undefined,
        physical: false,
        hashTablesBelowBytes: 1e9,
        deadlineMs: 6 * 3_600_000,
        keep: { daily: 7, weekly: 4, monthly: 6, atLeast: 3, ignoreTables: [], hold: false },
        requireMount: 'in_container',
        connection: expect.objectContaining({ host: 'db', port: 5432, user: 'me', password: undefined }),
        offsite: undefined,
        restoreTest: undefined,
      },
    ]);
  });

  test('are dumped as the role of the server, or as another one with a password of its own', () => {
    const [own, other, past] = sources(
      '  - { name: a, kind: pgvigil, directory: /a }\n' +
        '  - { name: b, kind: pgvigil, directory: /b, user: backup, password_file: /pw }\n' +
        '  - { name: c, kind: pgvigil, directory: /c, url: postgres://backup@direct:6000/app, password_file: /pw }\n',
    );
    const way = (source: BackupSource | undefined) => {
      if (source?.kind !== 'pgvigil') throw new Error('not our own');
      const { user, host, port, database, password } = source.connection;
      return [user, host, port, database, password?.reveal()];
    };
    expect(way(own)).toEqual(['me', 'db', 5432, 'postgres', 'own']);
    expect(way(other)).toEqual(['backup', 'db', 5432, 'postgres', 'word']);
    expect(way(past)).toEqual(['backup', 'direct', 6000, 'app', 'word']);
  });

  test('are named by their kind, and their server where several are of a kind', () => {
    const names = sources(
      '  - { kind: pgvigil, server: a, directory: /b }\n  - { kind: pgvigil, server: b, directory: /b }\n' +
        '  - { kind: files, server: a, path: /p }\n',
      TWO,
    ).map(({ name }) => name);
    expect(names).toEqual(['pgvigil-a', 'pgvigil-b', 'files']);
  });

  test('of others are read with what their programs need', () => {
    const [backrest, restic, walg, barman] = sources(
      '  - { kind: pgbackrest, stanza: s, offsite: { repositories: [2] } }\n' +
        '  - { kind: restic, repository: /r, password_file: /pw, environment_file: /env, tags: [x] }\n' +
        '  - { kind: wal-g, command: [ssh, db, wal-g] }\n  - { kind: barman }\n',
    );
    expect(backrest).toMatchObject({
      stanza: 's',
      command: ['pgbackrest'],
      offsiteRepositories: { keys: [2], maxAgeMs: 8 * 86_400_000 },
    });
    expect(restic).toMatchObject({ location: 'offsite', tags: ['x'] });
    const environment = restic?.kind === 'restic' ? restic.repository.environment : {};
    expect(Object.entries(environment).map(([name, value]) => [name, value.reveal()])).toEqual([
      ['A', '1'],
      ['B', 'two words'],
    ]);
    expect(walg).toMatchObject({ location: 'offsite', command: ['ssh', 'db', 'wal-g'] });
    expect(barman).toMatchObject({ location: 'local', barmanServer: 'main' });
  });

  test.each([
    ['{ kind: pgvigil }', '3:5: backups[0].directory: is missing: backups of kind `pgvigil` need it'],
    [
      '{ kind: files, path: /p, stanza: s }',
      '3:30: backups[0].stanza: belongs to kind `pgbackrest`, and this is `files`: delete it',
    ],
    ['{ kind: files, path: /p, server: x }', 'is no name of a server'],
    ['{ kind: files, path: /p, name: "" }', '3:36: backups[0].name: is empty'],
    ['{ kind: files, path: /p, databases: [] }', 'names no database'],
    ['{ kind: files, path: /p, max_age: 1s }', '3:39: backups[0].max_age: is too short: write at least `1m`'],
    ['{ kind: files, path: /p, min_bytes: 5 }', 'must be a whole number with its unit'],
    ['{ kind: magic, path: /p }', '3:13: backups[0].kind: must be `pgvigil`, `files`'],
    ['{ kind: tar, path: /p }', 'all 6 that took 20 s (the pace of an ordinary disk) would not start'],
    ['{ kind: volume, path: /p }', 'is refused: a copy of the files of a running server'],
    ['{ kind: pgvigil, directory: /b, schedule: "99 2 * * *" }', 'is no cron expression'],
    ['{ kind: pgvigil, directory: /b, schedule: nightly }', 'is no cron expression'],
    ['{ kind: pgvigil, directory: /b, schedule: "0 0 30 2 *" }', 'names a moment that never comes'],
    ['{ kind: pgvigil, directory: /b, time_zone: Mars/Base }', 'is no time zone'],
    ['{ kind: pgvigil, directory: /b, keep: { at_least: 0 } }', 'must be 1 or more'],
    ['{ kind: pgvigil, directory: /b, offsite: {} }', 'must name one of `restic` and `rclone`'],
    ['{ kind: pgvigil, directory: /b, offsite: { rclone: { remote: bucket } } }', 'must be REMOTE:PATH'],
    [
      '{ kind: pgvigil, directory: /b, offsite: { restic: { repository: r, password_file: /none } } }',
      'backups[0].offsite.restic.password_file: cannot read /none (ENOENT)',
    ],
    ['{ kind: pgvigil, directory: /b, password_file: /none, user: u }', 'password_file: cannot read /none'],
    ['{ kind: pgvigil, directory: /b, user: u, url: "postgres://v@h" }', 'is given twice'],
    [
      '{ kind: pgvigil, directory: /b, restore_test: { scratch: docker } }',
      'must be `embedded`, or a mapping',
    ],
    ['{ kind: restic, repository: /r, password_file: /pw, environment_file: /bad }', 'line 2 of the file'],
    ['{ kind: files, path: /p, pathh: /q }', 'did you mean `path`?'],
  ])('%s is refused', (entry, message) => {
    expect(problemsOf(read(`  - ${entry}\n`)).join('\n')).toContain(message);
  });

  test('of one server and one directory are of one source', () => {
    const twice = read(
      '  - { kind: pgvigil, name: a, directory: /b }\n  - { kind: pgvigil, name: b, directory: /b/ }\n',
    );
    expect(problemsOf(twice)).toEqual([
      '4:42: backups[1].directory: is that of backups[0], which is of the same server: each would delete backups of the other, give it its own',
    ]);
    const apart =
      '  - { kind: pgvigil, server: a, directory: /b }\n  - { kind: pgvigil, server: b, directory: /b }\n' +
      '  - { kind: pgvigil, server: b, name: c, directory: /c }\n  - { kind: files, server: a, path: /b }\n';
    expect(problemsOf(read(apart, TWO))).toEqual([]);
  });

  test('say which server where there are several, and have names of their own', () => {
    expect(problemsOf(read('  - { kind: files, path: /p }\n', TWO)).join()).toContain(
      'there are several servers',
    );
    const twice = read('  - { name: x, kind: barman }\n  - { name: x, kind: wal-g }\n');
    expect(problemsOf(twice)).toEqual([
      '4:5: backups[1].name: is the name of another entry already: give each its own'.replace('4:5', '4:7'),
    ]);
  });

  test('as they are described mean the same, and hide secrets', () => {
    const parsed = read(
      '  - { name: a, kind: pgvigil, directory: /a, schedule: "0 1 * * 1", time_zone: Europe/Berlin, keep: { daily: 1 }, restore_test: { sql: ["SELECT true"] }, offsite: { rclone: { remote: "r2:x" } } }\n' +
        '  - { kind: files, path: /p, restore_test: { schedule: "@daily" } }\n  - { kind: pgbackrest, stanza: s }\n  - { kind: wal-g }\n  - { kind: barman }\n',
      'servers: [{ name: main, url: postgres://me@db }]\n',
    );
    const again = parsed.ok && parseText(describeConfig(parsed.config));
    expect(again).toEqual(parsed);
    const secret = read(
      '  - { kind: restic, repository: "rest:https://u:hidden@h/", password_file: /pw, environment_file: /env }\n',
    );
    const text = secret.ok ? describeConfig(secret.config) : '';
    expect(text).toContain('rest:https://***@h/');
    expect(text).not.toMatch(/hidden|two words/);
  });
});
