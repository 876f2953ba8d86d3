import { expect, test } from 'vitest';
import type { Incident } from '../../src/model/incident.ts';
import { container, event, inventory, volume } from '../kit/docker-facts.ts';
import { createWorld, row, type Sight, serverFacts } from '../kit/world.ts';

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
