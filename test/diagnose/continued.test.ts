import { expect, test } from 'vitest';
import { continued } from '../../src/diagnose/continued.ts';
import type { Incident } from '../../src/model/incident.ts';
import { container, event, inventory, volume } from '../kit/docker-facts.ts';
import { createWorld, OTHER_CLUSTER, row, type Sight, serverFacts } from '../kit/world.ts';

const well: Sight = {
  connect: serverFacts(),
  catalog: [row('postgres', 5), row('simfab_dev', 16384)],
  inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
};

/** All was well for a few seconds; and `postgres` was there long enough to be expected. */
function started(): ReturnType<typeof createWorld> {
  const world = createWorld();
  for (let second = 0; second < 15; second++) world.tick(well);
  expect(world.incidents()).toEqual([]);
  return world;
}

const told = ({ kind, datname, cause, trigger }: Incident): string =>
  [kind, datname, cause, trigger].filter(Boolean).join(' ');

test('a server that lost its files and then stops stays one incident with one cause', () => {
  const world = started();
  world.tick({ connect: 'files_missing', probes: { simfab_dev: 'files_missing' } });
  const [first] = world.report().incidents;
  expect(world.report().incidents.map(told)).toEqual(['server_down data_files_deleted']);
  const exited = container('c1', 'data', 0, { state: 'exited' });
  world.tick({
    connect: 'refused',
    catalog: 'refused',
    inventory: inventory([exited], [volume('data')]),
    events: ['die', 'stop'].map((action) => event(world.now(), 'container', action, 'c1', 'simfab-db')),
  });
  for (let second = 0; second < 60; second += 5) {
    world.tick({ connect: 'refused', catalog: 'refused' }, 5);
    const [now, ...others] = world.report().incidents;
    expect(others).toEqual([]);
    expect(now && told(now)).toBe('server_down data_files_deleted');
    expect(now?.id).toBe(first?.id);
    expect(now?.needsAcceptance).toBe(true);
    expect(now?.symptoms.map(({ datname }) => datname).sort()).toEqual(['postgres', 'simfab_dev']);
  }
  world.tick(well);
  expect(world.incidents()).toHaveLength(1);
  // The rows alone prove nothing: it has to be entered, or measured.
  world.tick({ ...well, probes: { simfab_dev: true }, sizes: { 5: 8_000_000, 16384: 9_000_000 } });
  expect(world.incidents()).toEqual([]);
});

test('what was no part of an incident opens one of its own', () => {
  const world = started();
  const exited = container('c1', 'data', 0, { state: 'exited' });
  world.tick({ connect: 'refused', catalog: 'refused', inventory: inventory([exited], [volume('data')]) });
  world.tick({}, 31);
  expect(world.report().incidents.map(told)).toEqual(['server_down container_stopped']);
  world.tick({ ...well, catalog: [row('postgres', 5)] });
  expect(world.report().incidents.map(told)).toEqual(['database_missing simfab_dev database_dropped']);
});

test('a DROP DATABASE that goes on is no interrupted one, and one that does not end is', () => {
  const dropping: Sight = {
    catalog: [row('postgres', 5), row('simfab_dev', 16384, { connectionLimit: -2 })],
  };
  const world = started();
  world.tick(dropping);
  expect(world.report().incidents).toEqual([]);
  world.tick({ catalog: [row('postgres', 5)] });
  expect(world.report().incidents.map(told)).toEqual(['database_missing simfab_dev database_dropped']);

  const other = started();
  other.tick(dropping);
  for (let second = 0; second < 5; second++) other.tick(dropping);
  expect(other.report().incidents.map(told)).toEqual(['database_unreadable simfab_dev interrupted_drop']);
});

test('docker rm --force and docker volume rm, quickly one after the other, are no compose down', () => {
  const world = started();
  const at = world.now();
  world.tick({
    connect: 'refused',
    catalog: 'refused',
    inventory: inventory([], []),
    events: [
      event(at, 'container', 'kill', 'c1', 'simfab-db'),
      event(at + 40, 'container', 'die', 'c1', 'simfab-db'),
      event(at + 90, 'container', 'destroy', 'c1', 'simfab-db'),
      event(at + 300, 'volume', 'destroy', 'data'),
    ],
  });
  expect(world.report().incidents.map(told)).toEqual(['volume_missing volume_removed volume_rm']);
});

test('another cluster that answers before Docker does is told with its cause, not as unknown before', () => {
  const before = started();
  const stranger = serverFacts({ systemIdentifier: OTHER_CLUSTER });
  const world = createWorld({ history: before.history(), startAt: before.now() + 3_600_000 });
  world.tick({ connect: stranger, catalog: [row('postgres', 5)], cluster: OTHER_CLUSTER });
  expect(world.report().incidents).toEqual([]);
  world.tick({
    inventory: inventory([container('c2', 'other', world.now())], [volume('data'), volume('other')]),
  });
  expect(world.report().incidents.map(told)).toEqual(['data_off_volume volume_not_mounted other_volume']);
});

test('another cluster is told as unknown when Docker cannot be asked', () => {
  const before = started();
  const stranger = serverFacts({ systemIdentifier: OTHER_CLUSTER });
  const world = createWorld({ history: before.history(), startAt: before.now() + 3_600_000 });
  world.tick({
    connect: stranger,
    catalog: [row('postgres', 5)],
    cluster: OTHER_CLUSTER,
    inventory: 'absent',
  });
  expect(world.report().incidents.map(told)).toEqual(['server_replaced unknown']);
});

test('compose down -v is known by its events where the container was never seen at home', () => {
  const before = started();
  const [server] = [...before.history().servers.values()];
  if (!server) throw new Error('no server');
  const servers = new Map([['main', { ...server, home: undefined }]]);
  const world = createWorld({ history: { ...before.history(), servers }, startAt: before.now() + 1000 });
  const at = world.now();
  const project = new Map([['com.docker.compose.project', 'simfab']]);
  const own = ['kill', 'die', 'stop', 'destroy'].map((action, index) => ({
    ...event(at + index, 'container', action, 'c1', 'simfab-db'),
    attributes: project,
  }));
  world.tick({
    connect: 'refused',
    catalog: 'refused',
    inventory: inventory([], []),
    events: [...own, event(at + 300, 'volume', 'destroy', 'data')],
  });
  expect(world.report().incidents.map(told)).toEqual(['volume_missing volume_removed compose_down']);
});

test('a server that crashes right after its sizes showed that files are gone: they are the cause', () => {
  const world = started();
  world.tick({ probes: { simfab_dev: true }, sizes: { 5: 8_000_000, 16384: undefined } });
  expect(world.report().incidents).toEqual([]);
  world.tick({ probes: { simfab_dev: 'reset' }, sizes: 'reset', connect: 'reset' });
  expect(world.report().incidents.map(told)).toEqual(['database_unreadable simfab_dev data_files_deleted']);
});

test('another cluster that nobody can explain, and that does not let us in, is not explained by that', () => {
  const world = started();
  // It was made long ago, somewhere else.
  const control = { container: 'c1', systemIdentifier: '6000000000000000000' };
  world.tick({ connect: 'access_denied', catalog: 'access_denied', control });
  expect(world.report().incidents.map(told)).toEqual(['server_replaced unknown']);
  world.tick({}, 60);
  const [incident, ...others] = world.report().incidents;
  expect(others).toEqual([]);
  expect(incident && told(incident)).toBe('server_replaced unknown');
  expect(incident?.symptoms.map(({ kind }) => kind)).toContain('blind');
});

test('what explains a part of an incident is no cause of the whole', () => {
  const symptom = { server: 'main', volume: undefined, since: 0, needsAcceptance: true };
  const lost = { ...symptom, kind: 'database_unreadable', datname: 'simfab_dev' } as const;
  const down = { ...symptom, kind: 'server_down', datname: undefined } as const;
  const open: Incident = {
    ...lost,
    id: '00000000',
    cause: 'unknown',
    trigger: undefined,
    confidence: 'unknown',
    evidence: [],
    symptoms: [down],
  };
  const stopped = {
    cause: 'container_stopped',
    confidence: 'observed',
    evidence: [],
    urgent: false,
  } as const;
  const unknown = { cause: 'unknown', confidence: 'unknown', evidence: [], urgent: true } as const;
  const findings = [
    { ...stopped, explains: [down] as const },
    { ...unknown, explains: [lost] as const },
  ];
  const now = continued([open], findings, 60_000, () => true);
  expect(now.map(({ id, cause, symptoms }) => [id, cause, symptoms.map(({ kind }) => kind)])).toEqual([
    ['00000000', 'unknown', ['server_down']],
  ]);
});

test('a cluster made anew right after pgvigil started is told as that, without events from before its start', () => {
  const world = createWorld();
  world.tick(well);
  const [server] = [...world.history().servers.values()];
  if (!server) throw new Error('no server');
  world.change({ ...world.history(), servers: new Map([['main', { ...server, home: undefined }]]) });
  const made = world.now();
  const id = ((BigInt(Math.floor(made / 1000)) << 32n) | 77n).toString();
  world.tick({
    connect: serverFacts({ systemIdentifier: id }),
    cluster: id,
    catalog: [row('postgres', 5)],
    inventory: inventory([container('c1', 'data', made)], [volume('data')]),
    events: [event(made, 'container', 'start', 'c1', 'simfab-db')],
  });
  expect(world.report().incidents.map(told)).toEqual(['server_replaced cluster_reinitialized']);
});
