import { describe, expect, test } from 'vitest';
import { acceptDatabase, acceptServer, forgetDatabase } from '../../src/remember/decide.ts';
import { CLUSTER, config, createWorld, OTHER_CLUSTER, row, serverConfig, serverFacts } from '../kit/world.ts';

const word = { at: 0, by: 'ann', reason: 'planned' };
const up = serverFacts();
const both = [row('postgres', 5), row('simfab_dev', 16384)];
const gone = [row('postgres', 5)];

describe('presence of a configured database', () => {
  test('is unknown before the first look, never missing', () => {
    const world = createWorld();
    world.tick();
    expect(world.database('simfab_dev')).toMatchObject({ presence: 'unknown', expected: 'config' });
    expect(world.incidents()).toEqual([]);
  });

  test('is present when the server lists it', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    expect(world.database('simfab_dev')).toMatchObject({
      presence: 'present',
      identityMatch: true,
      oid: 16384,
    });
    expect(world.incidents()).toEqual([]);
  });

  test('is missing at the first look of a pgvigil that starts after the loss', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: gone });
    expect(world.database('simfab_dev')?.presence).toBe('missing');
    expect(world.incidents()).toEqual(['database_missing simfab_dev']);
  });

  test('is missing within one tick of its DROP, and says when it was last seen', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    const seenAt = world.now();
    world.tick({ catalog: gone });
    expect(world.database('simfab_dev')).toMatchObject({ presence: 'missing', lastSeenAt: seenAt });
    expect(world.kinds()).toContain('database_missing');
  });

  test('is unknown while the server is down: a refused connection does not prove a loss', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    world.tick({ connect: 'refused', catalog: 'refused' });
    expect(world.database('simfab_dev')?.presence).toBe('unknown');
    expect(world.incidents()).toEqual([]);
    world.tick({ connect: 'refused', catalog: 'refused' }, 31);
    expect(world.incidents()).toEqual(['server_down']);
  });

  test('is unknown when the list of databases is too old to be believed', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    world.tick({}, 60);
    expect(world.database('simfab_dev')?.presence).toBe('unknown');
  });

  test('survives one look that fails when the server says that it exists', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    world.tick({ catalog: 'query_timeout', probes: { simfab_dev: true } });
    expect(world.database('simfab_dev')?.presence).toBe('present');
  });

  test('is missing when the server says so, even where the list cannot be read', () => {
    const world = createWorld();
    world.tick({
      connect: 'permission_denied',
      catalog: 'permission_denied',
      probes: { simfab_dev: 'no_database' },
    });
    expect(world.database('simfab_dev')?.presence).toBe('missing');
  });

  test.each(['auth_failed', 'access_denied', 'saturated', 'hung', 'dns', 'tls', 'starting'] as const)(
    'stays unknown when the look fails with %s',
    (reason) => {
      const world = createWorld();
      world.tick({ connect: up, catalog: both });
      world.tick({ connect: reason, catalog: reason, probes: { simfab_dev: reason } });
      expect(world.database('simfab_dev')?.presence).toBe('unknown');
    },
  );
});

describe('a name without its data', () => {
  test('an interrupted DROP is unreadable', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: [row('simfab_dev', 16384, { connectionLimit: -2 })] });
    expect(world.database('simfab_dev')?.presence).toBe('unreadable');
    // Where locks may not be read, a DROP that goes on looks the same for a moment.
    expect(world.incidents()).toEqual([]);
    world.tick({ connect: up, catalog: [row('simfab_dev', 16384, { connectionLimit: -2 })] }, 6);
    expect(world.incidents()).toEqual(['database_unreadable simfab_dev']);
  });

  test('a DROP that goes on, however long, is unknown and opens nothing', () => {
    const world = createWorld();
    const rows = (isBeingDropped: boolean) => [
      row('simfab_dev', 16384, { connectionLimit: -2, isBeingDropped }),
    ];
    for (let second = 0; second < 60; second += 10) world.tick({ connect: up, catalog: rows(true) }, 10);
    expect(world.database('simfab_dev')?.presence).toBe('unknown');
    expect(world.incidents()).toEqual([]);
    world.tick({ connect: up, catalog: rows(false) });
    world.tick({ connect: up, catalog: rows(false) }, 6);
    expect(world.incidents()).toEqual(['database_unreadable simfab_dev']);
  });

  test('deleted files are unreadable although the row is there', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both, probes: { simfab_dev: 'files_missing' } });
    expect(world.database('simfab_dev')?.presence).toBe('unreadable');
  });

  test('a kept session that still answers does not hide a data directory that is gone', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    world.tick({ connect: 'files_missing', catalog: both });
    expect(world.database('simfab_dev')?.presence).toBe('unknown');
    world.tick({ catalog: both, probes: { simfab_dev: 'files_missing' } });
    expect(world.server().state).toBe('down');
    expect(world.database('simfab_dev')?.presence).toBe('unreadable');
  });

  test('an unreadable database keeps its incident until it is readable again', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both, probes: { simfab_dev: 'files_missing' } });
    const [first] = world.report().incidents;
    world.tick({ catalog: both });
    expect(world.report().incidents[0]?.id).toBe(first?.id);
    world.tick({ catalog: both, probes: { simfab_dev: true } });
    expect(world.incidents()).toEqual([]);
  });
});

describe('learning', () => {
  test('a database becomes expected after learn_after of observed life', () => {
    const world = createWorld();
    const rows = [...both, row('shop', 16385)];
    world.tick({ connect: up, catalog: rows });
    for (let second = 0; second < 9; second++) world.tick({ catalog: rows });
    expect(world.database('shop')?.expected).toBeUndefined();
    world.tick({ catalog: rows });
    expect(world.database('shop')?.expected).toBe('learned');
    world.tick({ catalog: both });
    expect(world.database('shop')?.presence).toBe('missing');
  });

  test('a clock that jumps by an hour makes nothing expected', () => {
    const world = createWorld();
    const rows = [...both, row('young', 16385)];
    world.tick({ connect: up, catalog: rows });
    world.jump(3_600_000);
    world.tick({ catalog: rows });
    world.jump(-7_200_000);
    world.tick({ catalog: rows });
    expect(world.database('young')?.expected).toBeUndefined();
  });

  test('a young database that goes away is nobody’s loss', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: [...both, row('young', 16385)] });
    world.tick({ catalog: both });
    expect(world.database('young')).toBeUndefined();
    expect(world.incidents()).toEqual([]);
    expect(world.kinds()).toEqual(['database_gone']);
  });

  test('ignored and template databases are none of our business', () => {
    const world = createWorld();
    const rows = [...both, row('tmp_import', 16385), row('template1', 1, { isTemplate: true })];
    for (let second = 0; second < 20; second++) world.tick({ connect: up, catalog: rows });
    expect(world.database('tmp_import')).toBeUndefined();
    expect(world.database('template1')).toBeUndefined();
  });

  test('with learn: false nothing becomes expected', () => {
    const databases = { expect: [], learn: false, learnAfterMs: 1000, ignore: [] };
    const world = createWorld({ config: config([serverConfig({ databases })]) });
    for (let second = 0; second < 20; second++) world.tick({ connect: up, catalog: both });
    expect(world.database('simfab_dev')).toMatchObject({ presence: 'present', expected: undefined });
  });

  test('a learned loss outlives a restart, until it returns', () => {
    const databases = { expect: [], learn: true, learnAfterMs: 1000, ignore: [] };
    const settings = { config: config([serverConfig({ databases })]) };
    const world = createWorld(settings);
    for (let second = 0; second < 3; second++) world.tick({ connect: up, catalog: both });
    world.tick({ catalog: gone });
    const id = world.report().incidents[0]?.id;
    const again = createWorld({ ...settings, history: world.history(), startAt: world.now() });
    again.tick({ connect: up, catalog: gone });
    expect(again.database('simfab_dev')?.presence).toBe('missing');
    expect(again.report().incidents[0]?.id).toBe(id);
    again.tick({ catalog: both });
    expect(again.incidents()).toEqual([]);
    expect(again.kinds()).toEqual(['database_returned', 'incident_closed']);
  });

  test('a learned loss ends by forget', () => {
    const databases = { expect: [], learn: true, learnAfterMs: 1000, ignore: [] };
    const world = createWorld({ config: config([serverConfig({ databases })]) });
    for (let second = 0; second < 3; second++) world.tick({ connect: up, catalog: both });
    world.tick({ catalog: gone });
    const decision = forgetDatabase(world.history(), 'main', 'simfab_dev', word);
    if (!decision.ok) throw new Error(decision.problem);
    world.change(decision.history);
    world.tick({ catalog: gone });
    expect(world.database('simfab_dev')).toBeUndefined();
    expect(decision.happening.details).toEqual({ by: 'ann', reason: 'planned' });
  });

  test('a configured database cannot be forgotten', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: gone });
    expect(forgetDatabase(world.history(), 'main', 'simfab_dev', word)).toMatchObject({ ok: false });
  });
});

describe('identity', () => {
  test('the same name with another oid is not the same database, until a person accepts it', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    world.tick({ catalog: [row('postgres', 5), row('simfab_dev', 16999)] });
    expect(world.database('simfab_dev')).toMatchObject({ presence: 'present', identityMatch: false });
    expect(world.incidents()).toEqual(['database_replaced simfab_dev']);
    const decision = acceptDatabase(world.history(), 'main', 'simfab_dev', word);
    if (!decision.ok) throw new Error(decision.problem);
    world.change(decision.history);
    world.tick({ catalog: [row('postgres', 5), row('simfab_dev', 16999)] });
    expect(world.database('simfab_dev')?.identityMatch).toBe(true);
    expect(world.incidents()).toEqual([]);
  });

  test('another cluster with the same oid is one incident, not one per database', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    world.tick({
      connect: serverFacts({ systemIdentifier: OTHER_CLUSTER }),
      catalog: both,
      cluster: OTHER_CLUSTER,
    });
    expect(world.server().identityMatch).toBe(false);
    expect(world.database('simfab_dev')).toMatchObject({ presence: 'present', identityMatch: false });
    expect(world.incidents()).toEqual(['server_replaced']);
    const decision = acceptServer(world.history(), 'main', word);
    if (!decision.ok) throw new Error(decision.problem);
    world.change(decision.history);
    world.tick({ catalog: both, cluster: OTHER_CLUSTER });
    expect(world.incidents()).toEqual([]);
    expect(world.database('simfab_dev')?.identityMatch).toBe(true);
  });

  test('an identity that cannot be read changes nothing', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    world.tick({ connect: serverFacts({ systemIdentifier: undefined }), catalog: both, cluster: undefined });
    expect(world.server()).toMatchObject({ up: true, identityMatch: undefined });
    expect(world.database('simfab_dev')?.identityMatch).toBe(true);
    expect(world.incidents()).toEqual([]);
  });

  test('nothing is learned from a cluster that took the place of the one we know', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    const strange = [row('simfab_dev', 16384), row('other', 16400)];
    const sight = {
      connect: serverFacts({ systemIdentifier: OTHER_CLUSTER }),
      catalog: strange,
      cluster: OTHER_CLUSTER,
    };
    for (let second = 0; second < 30; second++) world.tick(sight);
    expect(world.database('other')?.expected).toBeUndefined();
  });

  test('a pin in the config is compared from the first look', () => {
    const written = serverConfig({ identity: { systemIdentifier: OTHER_CLUSTER } });
    const world = createWorld({ config: config([written]) });
    world.tick({ connect: up, catalog: both });
    expect(world.server()).toMatchObject({
      identityMatch: false,
      systemIdentifier: CLUSTER,
      pinnedSystemIdentifier: OTHER_CLUSTER,
    });
  });

  test('the time of initdb is read from the system identifier', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: both });
    expect(world.server().initializedAt).toBe(Number(BigInt(CLUSTER) >> 32n) * 1000);
  });
});
