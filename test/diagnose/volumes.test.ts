import { describe, expect, test } from 'vitest';
import { container, inventory, volume } from '../kit/docker-facts.ts';
import { createWorld, OTHER_CLUSTER, row, serverFacts } from '../kit/world.ts';

const up = serverFacts();
const both = [row('postgres', 5), row('simfab_dev', 16384)];

describe('volumes', () => {
  test('the volume behind a server is found, pinned and mounted', () => {
    const world = createWorld();
    world.tick({
      connect: up,
      catalog: both,
      inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
    });
    expect(world.report().volumes).toMatchObject([
      { name: 'data', expected: true, present: true, mounted: true, container: 'simfab-db' },
    ]);
  });

  test('a volume that is removed is missing, and takes its databases with it while the server is down', () => {
    const world = createWorld();
    world.tick({
      connect: up,
      catalog: both,
      inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
    });
    world.tick({ connect: 'refused', catalog: 'refused', inventory: inventory([], []) });
    expect(world.report().volumes).toMatchObject([
      { name: 'data', expected: true, present: false, mounted: false },
    ]);
    expect(world.database('simfab_dev')).toMatchObject({
      presence: 'missing',
      why: expect.stringContaining('data'),
    });
    expect(world.incidents()).toEqual(['volume_missing data']);
  });

  test('a volume whose directory was deleted behind Docker is missing although it is listed', () => {
    const world = createWorld();
    world.tick({
      connect: up,
      catalog: both,
      inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
    });
    world.tick({
      inventory: inventory([container('c1', 'data', 0)], [volume('data', { dataMissing: true })]),
    });
    expect(world.report().volumes[0]?.present).toBe(false);
  });

  test('a volume is unknown, not missing, while Docker cannot be asked', () => {
    const world = createWorld();
    world.tick({
      connect: up,
      catalog: both,
      inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
    });
    world.tick({ inventory: 'timeout' });
    expect(world.report().volumes[0]).toMatchObject({
      expected: true,
      present: undefined,
      mounted: undefined,
    });
    expect(world.incidents()).toEqual([]);
  });

  test('an empty volume does not take the place of the lost one', () => {
    const world = createWorld();
    world.tick({
      connect: up,
      catalog: both,
      inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
    });
    // The container is recreated on another volume; the last look at the server is older than that.
    const after = inventory([container('c2', 'fresh', world.now() + 500)], [volume('data'), volume('fresh')]);
    world.tick({ inventory: after });
    expect(world.history().servers.get('main')?.volume).toBe('data');
    expect(world.report().volumes.find(({ name }) => name === 'data')?.mounted).toBe(false);
    // And the server that answers there is another cluster.
    world.tick({
      connect: serverFacts({ systemIdentifier: OTHER_CLUSTER }),
      catalog: both,
      cluster: OTHER_CLUSTER,
      inventory: after,
    });
    expect(world.history().servers.get('main')?.volume).toBe('data');
    expect(world.incidents()).toEqual(['data_off_volume data']);
  });

  test('the same cluster on another volume was moved by a person: that volume is pinned', () => {
    const world = createWorld();
    world.tick({
      connect: up,
      catalog: both,
      inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
    });
    const after = inventory([container('c2', 'moved', world.now())], [volume('data'), volume('moved')]);
    world.tick({ catalog: both, inventory: after });
    world.tick({ connect: up, catalog: both });
    expect(world.history().servers.get('main')?.volume).toBe('moved');
    expect(world.incidents()).toEqual([]);
  });

  test('a container recreated on the same volume opens nothing', () => {
    const world = createWorld();
    world.tick({
      connect: up,
      catalog: both,
      inventory: inventory([container('c1', 'data', 0)], [volume('data')]),
    });
    world.tick({
      connect: up,
      catalog: both,
      inventory: inventory([container('c2', 'data', world.now())], [volume('data')]),
    });
    expect(world.incidents()).toEqual([]);
    expect(world.kinds()).toEqual(['container_changed']);
  });
});
