import { describe, expect, test } from 'vitest';
import type { LastRun } from '../../src/model/backup-run.ts';
import type { BackupSource, RestoreTest as RestoreTestConfig } from '../../src/model/backup-source.ts';
import type { BackupView } from '../../src/model/backup-view.ts';
import type { RestoreTests } from '../../src/model/restore-test.ts';
import type { RiskName } from '../../src/model/risk.ts';
import { NO_TOTALS } from '../../src/observe/backups/own/runs.ts';
import {
  BACKUP_AT,
  backupSeries,
  backupView,
  DAY,
  fileBackups,
  HOUR,
  ownBackups,
  pgBackRestBackups,
} from '../kit/backups.ts';
import { CLUSTER, config, createWorld, OTHER_CLUSTER, row, serverConfig, serverFacts } from '../kit/world.ts';

/** A server with the given databases, watched for a while, and what is known of its backups. */
function look(
  sources: readonly BackupSource[],
  views: Readonly<Record<string, BackupView>>,
  databases: readonly string[] = ['simfab_dev'],
) {
  const server = serverConfig({
    databases: { expect: ['simfab_dev'], learn: true, learnAfterMs: 10_000, ignore: [] },
  });
  const world = createWorld({ config: { ...config([server]), backups: sources } });
  const catalog = databases.map((datname, index) => row(datname, 16_384 + index));
  const backups = new Map(Object.entries(views));
  world.tick({ connect: serverFacts(), catalog, backups });
  world.tick({ connect: serverFacts(), catalog, backups }, 60);
  const report = world.tick({ connect: serverFacts(), catalog, backups }, 1);
  const risk = (name: RiskName) => {
    const found = report.risks.find(({ risk }) => risk === name);
    return found === undefined ? undefined : found.present && found.facts;
  };
  return { report, world, risk, of: (datname = 'simfab_dev') => verdictOf(report, datname) };
}

const verdictOf = (report: ReturnType<typeof look>['report'], datname: string) =>
  report.backups[0]?.databases.find((one) => one.datname === datname);
const ofNewest = (systemIdentifier: string | undefined, oid?: string) =>
  backupSeries({ newest: { finishedAt: BACKUP_AT, bytes: 1, systemIdentifier, oid } });

describe('a source', () => {
  test('that was not looked at yet is neither well nor not', () => {
    const { report, risk } = look([ownBackups()], {});
    expect(report.backups[0]).toMatchObject({
      source: 'nightly',
      kind: 'pgvigil',
      up: undefined,
      incomplete: undefined,
    });
    expect(risk('no_backup')).toBeUndefined();
  });

  test('that cannot be read keeps when, and loses how large and how many', () => {
    const seen = backupView({ series: [backupSeries()], incomplete: 3 });
    const blind = backupView('stuck');
    const view = {
      ...blind,
      backups: { observation: blind.backups?.observation, lastSeen: seen.backups?.lastSeen },
    };
    const { report, of } = look([ownBackups()], { nightly: view as BackupView });
    expect(report.backups[0]).toMatchObject({
      up: false,
      reason: 'stuck',
      detail: 'cannot look: stuck',
      lastReadAt: BACKUP_AT + HOUR,
      incomplete: undefined,
    });
    expect(of()?.places).toEqual([
      {
        location: 'local',
        maxAgeMs: 26 * HOUR,
        newestAt: BACKUP_AT,
        bytes: undefined,
        baselineBytes: undefined,
        count: undefined,
        oldestAt: undefined,
      },
    ]);
  });
});

describe('what is expected', () => {
  const expected = (source: BackupSource, view: BackupView, databases?: readonly string[]) =>
    look([source], { [source.name]: view }, databases).report.backups[0]?.databases.flatMap(
      ({ datname, places }) =>
        places
          .filter(({ maxAgeMs }) => maxAgeMs !== undefined)
          .map(({ location }) => `${datname} ${location}`),
    );

  test('is a backup of every database that is expected, once it is as old as a backup may be', () => {
    expect(expected(ownBackups({ maxAgeMs: 1000 }), backupView({}), ['simfab_dev', 'shop'])).toEqual([
      'shop local',
      'simfab_dev local',
    ]);
    expect(expected(ownBackups(), backupView({}), ['simfab_dev', 'shop'])).toEqual(['simfab_dev local']);
  });

  test('is what the config names', () => {
    expect(expected(ownBackups({ databases: ['a', 'b'] }), backupView({}))).toEqual(['a local', 'b local']);
    expect(expected(ownBackups({ databases: ['a'], physical: true }), backupView({}))).toEqual([
      ' local',
      'a local',
    ]);
    expect(expected(fileBackups({ databases: ['a'], path: '/srv/*.gz' }), backupView({}))).toEqual([
      'a local',
    ]);
    expect(expected(fileBackups({ path: '/srv/*.gz' }), backupView({}))).toEqual([' local']);
    expect(expected(fileBackups(), backupView({}))).toEqual(['simfab_dev local']);
  });

  test('is a second copy where one is configured', () => {
    const offsite = {
      tool: 'rclone',
      remote: 'r:',
      configFile: undefined,
      environment: {},
      maxAgeMs: DAY,
    } as const;
    expect(expected(ownBackups({ offsite }), backupView({}))).toEqual([
      'simfab_dev local',
      'simfab_dev offsite',
    ]);
    const repositories = { keys: [2], maxAgeMs: DAY };
    expect(expected(pgBackRestBackups({ offsiteRepositories: repositories }), backupView({}))).toEqual([
      ' local',
      ' offsite',
    ]);
  });

  test('is not what only happens to be there', () => {
    const { of } = look([ownBackups({ databases: ['a'] })], {
      nightly: backupView({ series: [backupSeries()] }),
    });
    expect(of()?.places).toMatchObject([{ maxAgeMs: undefined, newestAt: BACKUP_AT }]);
  });
});

describe('the identity of the newest backup', () => {
  test.each([
    ['of the same database', ofNewest(CLUSTER, '16384'), true],
    ['of the same server', ofNewest(CLUSTER), true],
    ['of another server', ofNewest(OTHER_CLUSTER, '16384'), false],
    ['of another database of that name', ofNewest(CLUSTER, '16385'), false],
    ['that does not say', ofNewest(undefined), undefined],
  ])('%s', (_, series, match) => {
    expect(look([ownBackups()], { nightly: backupView({ series: [series] }) }).of()?.identityMatch).toBe(
      match,
    );
  });
});

describe('runs and tests', () => {
  const run: LastRun = {
    source: 'nightly',
    server: 'main',
    datname: 'simfab_dev',
    runId: '1',
    startedAt: BACKUP_AT - 1000,
    finishedAt: BACKUP_AT,
    result: 'success',
    resultBefore: undefined,
    exitCode: 0,
    message: undefined,
    phasesMs: {},
    bytes: 1,
    succeededAt: BACKUP_AT,
    offsiteAt: BACKUP_AT - DAY,
    held: [],
    pruned: 0,
    totals: NO_TOTALS,
  };
  const tests = (passed: RestoreTests['passed']): RestoreTests => ({
    source: 'nightly',
    server: 'main',
    datname: 'simfab_dev',
    running: undefined,
    last: {},
    passed,
  });

  test('a second copy is known by the run that made it', () => {
    const offsite = {
      tool: 'rclone',
      remote: 'r:',
      configFile: undefined,
      environment: {},
      maxAgeMs: DAY,
    } as const;
    const view = backupView({ series: [backupSeries()] }, { runs: [run] });
    expect(look([ownBackups({ offsite })], { nightly: view }).of()?.places[1]).toMatchObject({
      location: 'offsite',
      maxAgeMs: DAY,
      newestAt: BACKUP_AT - DAY,
      count: undefined,
    });
  });

  test.each([[[]], [[backupSeries()]]])(
    'a run of the server as a whole is told, and is no backup',
    (series) => {
      const whole: LastRun = { ...run, datname: undefined, result: 'failed', message: 'pg_dumpall failed' };
      const view = backupView({ series }, { runs: [whole] });
      const { of, risk } = look([ownBackups()], { nightly: view });
      expect(of('')).toMatchObject({ places: [], run: { result: 'failed', message: 'pg_dumpall failed' } });
      expect(risk('no_backup')).toEqual(
        series.length > 0 ? false : { server: 'main', databases: 'simfab_dev' },
      );
    },
  );

  test('what a test restored is proven, and the newest counts', () => {
    const passed = { backup: '1', dataAt: BACKUP_AT - HOUR, finishedAt: BACKUP_AT };
    const series = backupSeries({ verified: { checksum: BACKUP_AT, restore: BACKUP_AT - DAY } });
    const view = backupView({ series: [series] }, { tests: [tests({ offsite: passed })] });
    const restoreTest: RestoreTestConfig = {
      schedule: undefined,
      scratch: 'embedded',
      maxAgeMs: 8 * DAY,
      jobs: 1,
      sql: [],
      deadlineMs: HOUR,
    };
    const { of, risk } = look([ownBackups({ restoreTest })], { nightly: view });
    expect(of()?.verified).toEqual({ checksum: BACKUP_AT, restore: BACKUP_AT - HOUR });
    expect(of()?.test).toEqual({
      maxAgeMs: 8 * DAY,
      running: false,
      last: undefined,
      passedAt: { offsite: BACKUP_AT },
    });
    expect(risk('backup_unverified')).toBe(false);
  });

  test('one that was left by a dead process is inconclusive', () => {
    const running = { location: 'local', startedAt: BACKUP_AT, aliveAt: BACKUP_AT } as const;
    const view = backupView({}, { tests: [{ ...tests({}), running }] });
    expect(look([ownBackups()], { nightly: view }).of()?.test).toMatchObject({
      running: false,
      last: { result: 'inconclusive', reason: 'interrupted' },
    });
  });
});

describe('the risk of no backup', () => {
  const saved = (...names: string[]) =>
    backupView({ series: names.map((datname) => backupSeries({ datname })) });

  test('is there without any source', () => {
    expect(look([], {}).risk('no_backup')).toEqual({ server: 'main' });
  });

  test.each([
    ['every database has one', saved('simfab_dev'), ['simfab_dev'], false],
    ['the whole server has one', saved(''), ['simfab_dev', 'shop'], false],
    [
      'a database has none',
      saved('shop'),
      ['simfab_dev', 'shop'],
      { server: 'main', databases: 'simfab_dev' },
    ],
    ['nothing is there', saved(), ['simfab_dev'], { server: 'main', databases: 'simfab_dev' }],
    ['it cannot be read', backupView('stuck'), ['simfab_dev'], undefined],
    ['a record of it cannot be read', backupView({ unreadable: 1 }), ['simfab_dev'], undefined],
  ])('%s', (_, view, databases, present) => {
    expect(look([ownBackups()], { nightly: view }, databases).risk('no_backup')).toEqual(present);
  });

  test('another source has the one that is missing in this', () => {
    const views = { nightly: saved(), dumps: saved('simfab_dev') };
    expect(look([ownBackups(), fileBackups()], views).risk('no_backup')).toBe(false);
  });

  test('a source of another server is none', () => {
    const views = { nightly: saved('simfab_dev') };
    expect(look([ownBackups({ server: 'other' })], views).risk('no_backup')).toEqual({ server: 'main' });
  });
});

describe('the risk of a backup that was never restored', () => {
  const proven = backupSeries({ verified: { restore: BACKUP_AT } });
  const archived = backupSeries({ verified: { checksum: BACKUP_AT, archive: BACKUP_AT } });

  test.each([
    ['it was restored', backupView({ series: [proven] }), false],
    ['it was only decoded', backupView({ series: [archived] }), { databases: 'simfab_dev' }],
    ['there is none', backupView({}), undefined],
    ['the whole server was', backupView({ series: [archived, { ...proven, datname: '' }] }), false],
  ])('%s', (_, view, present) => {
    expect(look([ownBackups()], { nightly: view }).risk('backup_unverified')).toEqual(present);
  });
});

describe('the risk of a backup on the disk of the data', () => {
  test('cannot be told where it is not known where either lies', () => {
    const view = backupView({ series: [backupSeries()] });
    expect(look([ownBackups()], { nightly: view }).risk('backup_same_disk')).toBeUndefined();
    expect(
      look([pgBackRestBackups()], { archive: { ...view, directory: undefined } }).risk('backup_same_disk'),
    ).toBe(undefined);
  });

  test('is none where a copy is somewhere else', () => {
    const view = backupView({ series: [backupSeries(), backupSeries({ location: 'offsite' })] });
    expect(look([ownBackups()], { nightly: view }).risk('backup_same_disk')).toBe(false);
  });
});
