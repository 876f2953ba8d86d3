import { describe, expect, test } from 'vitest';
import type { Incident } from '../../src/model/incident.ts';
import { container, event, inventory, mount, volume } from '../kit/docker-facts.ts';
import { createWorld, OTHER_CLUSTER, row, type Sight, serverFacts } from '../kit/world.ts';

const up = serverFacts();
const both = [row('postgres', 5), row('simfab_dev', 16384)];
const gone = [row('postgres', 5)];
const well: Sight = {
  connect: up,
  catalog: both,
  inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
};
const DOWN: Sight = { connect: 'refused', catalog: 'refused' };
type World = ReturnType<typeof createWorld>;

/** A world in which all was well for a few seconds, and this pgvigil saw it. */
function started(sight: Sight = well): World {
  const world = createWorld();
  for (let second = 0; second < 3; second++) world.tick(sight);
  expect(world.incidents()).toEqual([]);
  return world;
}

/** The same, with a pgvigil that was not running while it happened. */
function restarted(world: World): World {
  return createWorld({ history: world.history(), startAt: world.now() + 3_600_000 });
}

function only(world: World): Incident {
  const { incidents } = world.report();
  expect(incidents.map(({ kind, cause }) => `${kind} ${cause}`)).toHaveLength(1);
  return incidents[0] as Incident;
}

const told = ({ kind, cause, trigger, confidence }: Incident): string =>
  [kind, cause, trigger, confidence].filter(Boolean).join(' ');
const evidenceOf = (incident: Incident): readonly string[] => incident.evidence.map(({ kind }) => kind);
const strange = {
  connect: serverFacts({ systemIdentifier: madeAt(Date.UTC(2026, 0, 1, 2, 14, 4)) }),
  cluster: madeAt(Date.UTC(2026, 0, 1, 2, 14, 4)),
};

/** A system identifier of a cluster that initdb made at this moment. */
function madeAt(at: number): string {
  return ((BigInt(Math.floor(at / 1000)) << 32n) | 77n).toString();
}

const composeDown = (at: number) => [
  event(at, 'container', 'kill', 'c1', 'simfab-db'),
  event(at + 200, 'container', 'die', 'c1', 'simfab-db'),
  event(at + 210, 'container', 'stop', 'c1', 'simfab-db'),
  event(at + 400, 'container', 'destroy', 'c1', 'simfab-db'),
  event(at + 500, 'volume', 'destroy', 'data'),
];

describe('a volume that was removed', () => {
  test('by compose down -v', () => {
    const world = started();
    world.tick({ ...DOWN, inventory: inventory([], []), events: composeDown(world.now()) });
    const incident = only(world);
    expect(told(incident)).toBe('volume_missing volume_removed compose_down observed');
    expect(evidenceOf(incident)).toEqual(
      expect.arrayContaining(['volume_destroyed', 'volume_absent', 'container_event']),
    );
    expect(incident.symptoms.map(({ kind }) => kind).sort()).toEqual(['database_missing', 'server_down']);
  });

  test('by compose down -v and up again at once, on an empty volume of the same name', () => {
    const world = started();
    const at = world.now();
    const events = [
      ...composeDown(at),
      event(at + 900, 'volume', 'create', 'data'),
      event(at + 950, 'container', 'create', 'c2', 'simfab-db'),
    ];
    world.tick({
      ...strange,
      catalog: both,
      inventory: inventory([container('c2', 'data', at + 950)], [volume('data')]),
      events,
    });
    expect(told(only(world))).toBe('server_replaced volume_removed compose_down observed');
  });

  test('by hand, after its container', () => {
    const world = started();
    const at = world.now();
    world.tick(
      {
        ...DOWN,
        inventory: inventory([], [volume('data')]),
        events: [event(at, 'container', 'destroy', 'c1', 'simfab-db')],
      },
      8,
    );
    expect(world.incidents()).toEqual([]);
    world.tick({ inventory: inventory([], []), events: [event(world.now(), 'volume', 'destroy', 'data')] });
    expect(told(only(world))).toBe('volume_missing volume_removed volume_rm observed');
  });

  test('by a prune that names no volume', () => {
    const world = started();
    const events = [
      event(world.now(), 'container', 'destroy', 'c1', 'simfab-db'),
      event(world.now() + 500, 'volume', 'prune', ''),
    ];
    world.tick({ ...DOWN, inventory: inventory([], []), events });
    expect(told(only(world))).toBe('volume_missing volume_removed volume_prune inferred');
  });

  test('behind Docker, while the server goes on', () => {
    const world = started();
    world.tick({
      catalog: both,
      inventory: inventory([container('c1', 'data', 0)], [volume('data', { dataMissing: true })]),
    });
    expect(told(only(world))).toBe('volume_missing volume_removed deleted_behind_docker inferred');
  });

  test('while pgvigil was not running: told from the list alone', () => {
    const world = restarted(started());
    world.tick({ ...DOWN, inventory: inventory([], []) });
    expect(told(only(world))).toBe('volume_missing volume_removed inferred');
  });

  test('keeps its evidence and its identity when Docker has forgotten the events, and over a restart', () => {
    const world = started();
    world.tick({ ...DOWN, inventory: inventory([], []), events: composeDown(world.now()) });
    const before = only(world);
    const again = restarted(world);
    again.tick({ ...DOWN, inventory: inventory([], []) });
    const after = only(again);
    expect(after.id).toBe(before.id);
    expect(told(after)).toBe(told(before));
    expect(evidenceOf(after)).toEqual(expect.arrayContaining(['volume_destroyed']));
  });

  test('and whose data came back ends by itself', () => {
    const world = started();
    world.tick({ ...DOWN, inventory: inventory([], []), events: composeDown(world.now()) });
    world.tick({
      connect: up,
      catalog: both,
      inventory: inventory([container('c2', 'data', world.now())], [volume('data')]),
    });
    expect(world.incidents()).toEqual([]);
    expect(world.kinds()).toContain('incident_closed');
  });
});

describe('a volume that is not mounted', () => {
  const recreated = (at: number) => [
    event(at, 'container', 'destroy', 'c1', 'simfab-db'),
    event(at + 100, 'container', 'create', 'c2', 'simfab-db'),
    event(at + 200, 'container', 'start', 'c2', 'simfab-db'),
  ];
  const ANONYMOUS = 'a'.repeat(64);
  const compose = (project: string) => ({
    labels: new Map([
      ['com.docker.compose.project', project],
      ['com.docker.compose.volume', 'data'],
    ]),
  });

  test.each([
    ['no mount at all', undefined, [], 'no_mount'],
    ['an anonymous volume', ANONYMOUS, [volume(ANONYMOUS, { anonymous: true })], 'anonymous_volume'],
    ['another volume', 'other', [volume('other')], 'other_volume'],
    [
      'the same volume of a renamed project',
      'new_data',
      [volume('new_data', compose('new'))],
      'project_renamed',
    ],
    [
      'the volume beside the data directory',
      [mount('data', '/var/lib/postgresql'), mount(ANONYMOUS)],
      [volume(ANONYMOUS, { anonymous: true })],
      'wrong_path',
    ],
  ] as const)('%s', (_, mounted, others, trigger) => {
    const world = started({
      ...well,
      inventory: inventory([container('c1', 'data', 0)], [volume('data', compose('simfab'))]),
    });
    const at = world.now();
    const after = inventory([container('c2', mounted, at)], [volume('data', compose('simfab')), ...others]);
    world.tick({ ...strange, catalog: both, inventory: after, events: recreated(at) });
    const incident = only(world);
    expect(told(incident)).toBe(`data_off_volume volume_not_mounted ${trigger} observed`);
    expect(evidenceOf(incident)).toEqual(
      expect.arrayContaining(['mount_before', 'mount_after', 'volume_unused']),
    );
  });
});

describe('a cluster that was initialized again', () => {
  test('on the same volume in the same container', () => {
    const world = started();
    world.tick({
      ...strange,
      catalog: both,
      inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
    });
    const incident = only(world);
    expect(told(incident)).toBe('server_replaced cluster_reinitialized observed');
    expect(evidenceOf(incident)).toEqual(
      expect.arrayContaining(['system_identifier_changed', 'initialized']),
    );
  });

  test('with the monitoring role lost: told from pg_control', () => {
    const world = started();
    const control = { container: 'c1', systemIdentifier: strange.cluster };
    world.tick({ connect: 'auth_failed', catalog: 'auth_failed', control });
    const incident = only(world);
    expect(told(incident)).toBe('server_replaced cluster_reinitialized observed');
    expect(incident.evidence.find(({ kind }) => kind === 'system_identifier_changed')?.source).toBe(
      'pg_control',
    );
  });

  test('is unknown when the container is new and events are missing: the volume may be a new one', () => {
    const world = restarted(started());
    const made = madeAt(world.now() - 1000);
    const sight = { connect: serverFacts({ systemIdentifier: made }), cluster: made, catalog: both };
    world.tick({ ...sight, inventory: inventory([container('c2', 'data', world.now())], [volume('data')]) });
    expect(told(only(world))).toBe('server_replaced unknown unknown');
  });

  test('is unknown when the cluster is older than our last look: nobody initialized it here', () => {
    const world = started();
    world.tick({ connect: serverFacts({ systemIdentifier: madeAt(0) }), cluster: madeAt(0), catalog: both });
    expect(told(only(world))).toBe('server_replaced unknown unknown');
  });
});

describe('databases of the same cluster', () => {
  test('dropped, by whom', () => {
    const world = started();
    const drops = [
      { datname: 'simfab_dev', user: 'app', clientAddress: '10.0.0.7', application: 'psql', at: world.now() },
    ];
    world.tick({ catalog: gone, drops });
    const incident = only(world);
    expect(told(incident)).toBe('database_missing database_dropped observed');
    expect(incident.evidence.find(({ kind }) => kind === 'drop_session')?.facts).toEqual({
      datname: 'simfab_dev',
      user: 'app',
      application: 'psql',
      client_address: '10.0.0.7',
    });
  });

  test('dropped while pgvigil was not running', () => {
    const world = restarted(started());
    world.tick({
      connect: up,
      catalog: gone,
      inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
    });
    expect(told(only(world))).toBe('database_missing database_dropped inferred');
  });

  test('never seen: nobody can say why it is not there', () => {
    const world = createWorld();
    world.tick({ connect: up, catalog: gone });
    expect(told(only(world))).toBe('database_missing unknown unknown');
  });

  test('renamed', () => {
    const world = started();
    world.tick({ catalog: [row('postgres', 5), row('simfab_old', 16384)] });
    const incident = only(world);
    expect(told(incident)).toBe('database_missing database_renamed observed');
    expect(incident.evidence[0]?.facts).toEqual({ before: 'simfab_dev', after: 'simfab_old', oid: 16384 });
  });

  test('recreated between two looks', () => {
    const world = started();
    world.tick({ catalog: [row('postgres', 5), row('simfab_dev', 17000)] });
    expect(told(only(world))).toBe('database_replaced database_recreated observed');
  });

  test('two that swapped their names', () => {
    const world = createWorld();
    const before = [...both, row('shop', 16385)];
    for (let second = 0; second < 12; second++) world.tick({ connect: up, catalog: before });
    world.tick({ catalog: [row('postgres', 5), row('simfab_dev', 16385), row('shop', 16384)] });
    expect(world.report().incidents.map(told)).toEqual([
      'database_replaced database_renamed observed',
      'database_replaced database_renamed observed',
    ]);
  });

  test('with an interrupted DROP', () => {
    const world = started();
    const catalog = [row('postgres', 5), row('simfab_dev', 16384, { connectionLimit: -2 })];
    for (let second = 0; second < 6; second++) world.tick({ catalog });
    expect(told(only(world))).toBe('database_unreadable interrupted_drop observed');
  });

  test.each([
    ['files_missing', 'data_files_deleted'],
    ['corrupt', 'corruption'],
  ] as const)('whose connection says %s', (reason, cause) => {
    const world = started();
    world.tick({ catalog: both, probes: { simfab_dev: reason } });
    expect(told(only(world))).toBe(`database_unreadable ${cause} observed`);
  });

  test('all of them, when the data directory is gone under a living server', () => {
    const world = started();
    world.tick({ connect: 'files_missing', catalog: both });
    expect(only(world).cause).toBe('data_files_deleted');
  });

  test('shrunk: told after two counts that agree', () => {
    const world = started({ ...well, tables: { simfab_dev: { tables: 10, nonEmptyTables: 8 } } });
    world.tick({ catalog: both, tables: { simfab_dev: { tables: 10, nonEmptyTables: 0 } } });
    expect(world.incidents()).toEqual([]);
    world.tick({ catalog: both, tables: { simfab_dev: { tables: 10, nonEmptyTables: 0 } } });
    expect(told(only(world))).toBe('database_shrunk unknown unknown');
  });

  test('one of many tables truncated, one dropped: no incident', () => {
    const world = started({ ...well, tables: { simfab_dev: { tables: 10, nonEmptyTables: 8 } } });
    for (let second = 0; second < 5; second++)
      world.tick({ catalog: both, tables: { simfab_dev: { tables: 9, nonEmptyTables: 7 } } });
    expect(world.incidents()).toEqual([]);
  });
});

describe('a server that is down', () => {
  const stopped = container('c1', 'data', 0, { state: 'exited' });
  const oom = {
    ...stopped,
    inspection: {
      ...(stopped.inspection as NonNullable<typeof stopped.inspection>),
      oomKilled: true,
      exitCode: 137,
    },
  };
  const afterGrace = (world: World, sight: Sight): void => {
    world.tick({ ...DOWN, ...sight });
    expect(world.incidents()).toEqual([]);
    world.tick({ connect: sight.connect ?? 'refused', catalog: sight.catalog ?? 'refused' }, 31);
  };

  test.each([
    ['container stopped', [stopped], ['kill', 'die', 'stop'], 'container_stopped observed'],
    ['container removed', [], ['kill', 'die', 'destroy'], 'container_removed observed'],
    ['killed for memory', [oom], ['oom', 'die'], 'oom_killed observed'],
    [
      'crash loop',
      [{ ...stopped, state: 'restarting' as const }],
      ['die', 'start', 'die', 'start', 'die'],
      'crash_loop observed',
    ],
  ])('%s, after the time that a restart may take', (_, containers, actions, expected) => {
    const world = started();
    const events = actions.map((action, index) =>
      event(world.now() + index, 'container', action, 'c1', 'simfab-db'),
    );
    afterGrace(world, { inventory: inventory(containers, [volume('data')]), events });
    expect(told(only(world))).toBe(`server_down ${expected}`);
  });

  test('because Docker restarted: nobody stopped that container by hand', () => {
    const world = started();
    const events = ['kill', 'die', 'stop'].map((action) =>
      event(world.now(), 'container', action, 'c1', 'simfab-db'),
    );
    afterGrace(world, { inventory: inventory([stopped], [volume('data')]), events, restarted: true });
    expect(told(only(world))).toBe('server_down docker_restarted inferred');
  });

  test('without a container, nobody knows why', () => {
    const world = createWorld();
    for (let second = 0; second < 3; second++) world.tick({ connect: up, catalog: both });
    afterGrace(world, {});
    expect(told(only(world))).toBe('server_down unknown unknown');
  });

  test('for a moment: a restart opens nothing', () => {
    const world = started();
    for (let second = 0; second < 20; second++) world.tick({ connect: 'starting', catalog: 'starting' });
    world.tick(well);
    expect(world.incidents()).toEqual([]);
  });

  test.each([
    ['auth_failed', 'access_lost'],
    ['access_denied', 'access_lost'],
    ['saturated', 'access_lost'],
    ['dns', 'network'],
    ['unreachable', 'network'],
    ['timeout', 'network'],
  ] as const)('%s is blind, not gone', (reason, cause) => {
    const world = started();
    afterGrace(world, { connect: reason, catalog: reason });
    world.tick({ connect: reason, catalog: reason });
    expect(told(only(world))).toBe(`blind ${cause} observed`);
    expect(world.database('simfab_dev')?.presence).toBe('unknown');
  });

  test.each([
    ['no space', { availBytes: 0, filesFree: 10 }],
    ['no inodes', { availBytes: 10, filesFree: 0 }],
  ])('with %s left, disk_full at once', (_, full) => {
    const world = createWorld();
    for (let second = 0; second < 3; second++)
      world.tick({
        connect: serverFacts({ dataDirectory: '/srv/pgdata' }),
        catalog: both,
        filesystem: { sizeBytes: 100, availBytes: 50, files: 100, filesFree: 50 },
      });
    world.tick({ catalog: both, filesystem: { sizeBytes: 100, files: 100, ...full } });
    world.tick({ catalog: both });
    expect(told(only(world))).toBe('disk_full disk_full observed');
  });
});

test('accepting a lost cluster ends its incident', () => {
  const world = started();
  world.tick({
    connect: serverFacts({ systemIdentifier: OTHER_CLUSTER }),
    cluster: OTHER_CLUSTER,
    catalog: both,
  });
  expect(only(world).needsAcceptance).toBe(true);
});
