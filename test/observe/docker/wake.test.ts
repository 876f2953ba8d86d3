import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ContainerFacts, DockerEvent, InventoryFacts, VolumeFacts } from '../../../src/model/docker.ts';
import { parseContainers } from '../../../src/observe/docker/containers.ts';
import { parseVolumes } from '../../../src/observe/docker/volumes.ts';
import { concernOf, createWake, fingerprintOf } from '../../../src/observe/docker/wake.ts';
import { json } from './fixture.ts';

const inventory: InventoryFacts = {
  containers: parseContainers(json('moby-20.10-containers.json')),
  volumes: parseVolumes(json('moby-20.10-volumes.json')),
};
const DATA = 'simfab-facelift_postgres_data';
const isWatched = ({ name }: { readonly name: string }): boolean => name === 'simfab-db' || name === DATA;
const event = (type: string, action: string, id: string, name?: string): DockerEvent => ({
  at: 1,
  timeNano: '1',
  type,
  action,
  id,
  name,
  attributes: new Map(),
});
const idOf = (name: string): string => inventory.containers.find((one) => one.name === name)?.id ?? '';

describe('whom an event concerns', () => {
  test.each([
    ['the volume of a watched server', event('volume', 'destroy', DATA, DATA), 'watched'],
    ['its container, by name', event('container', 'die', 'x', 'simfab-db'), 'watched'],
    ['its container, by the id we know', event('container', 'die', idOf('simfab-db')), 'watched'],
    ['a prune, which does not say what it took', event('volume', 'prune', ''), 'watched'],
    ['the daemon', event('daemon', 'reload', 'x'), 'watched'],
    ['another container', event('container', 'die', idOf('other'), 'other'), 'other'],
    ['another volume', event('volume', 'destroy', 'lost', 'lost'), 'other'],
    ['a container that we never saw', event('container', 'create', 'new', 'new'), 'unknown'],
    ['a volume that we never saw', event('volume', 'create', 'new', 'new'), 'unknown'],
    ['an image', event('image', 'pull', 'x'), 'other'],
  ])('%s', (_name, one, concern) => {
    expect(concernOf(one, isWatched, inventory)).toBe(concern);
  });

  test('before the first list everything is unknown or watched', () => {
    expect(concernOf(event('volume', 'destroy', 'lost', 'lost'), isWatched, undefined)).toBe('unknown');
  });
});

describe('the fingerprint of what is watched', () => {
  const before = fingerprintOf(inventory, isWatched);
  const changed = (change: {
    readonly container?: (one: ContainerFacts) => ContainerFacts;
    readonly volume?: (one: VolumeFacts) => VolumeFacts | undefined;
  }): InventoryFacts => ({
    containers: inventory.containers.map(change.container ?? ((one) => one)),
    volumes: inventory.volumes.flatMap((one) => (change.volume ?? ((same) => same))(one) ?? []),
  });

  test.each<[string, boolean, InventoryFacts]>([
    [
      'the same in another order',
      false,
      { containers: inventory.containers.toReversed(), volumes: inventory.volumes.toReversed() },
    ],
    ['a watched volume is gone', true, changed({ volume: (one) => (one.name === DATA ? undefined : one) })],
    [
      'its data is gone',
      true,
      changed({ volume: (one) => (one.name === DATA ? { ...one, dataMissing: true } : one) }),
    ],
    [
      'its container stopped',
      true,
      changed({ container: (one) => (one.name === 'simfab-db' ? { ...one, state: 'exited' } : one) }),
    ],
    [
      'its container has other mounts',
      true,
      changed({ container: (one) => (one.name === 'simfab-db' ? { ...one, mounts: [] } : one) }),
    ],
    [
      'another container stopped',
      false,
      changed({ container: (one) => (one.name === 'other' ? { ...one, state: 'exited' } : one) }),
    ],
    ['another volume is gone', false, changed({ volume: (one) => (one.name === 'lost' ? undefined : one) })],
  ])('%s: differs %s', (_name, differs, after) => {
    expect(fingerprintOf(after, isWatched) !== before).toBe(differs);
  });
});

describe('wake', () => {
  let nowMs = 0;
  let runs = 0;
  const clock = { now: () => nowMs, monotonic: () => nowMs };
  const wait = (ms: number): void => {
    nowMs += ms;
    vi.advanceTimersByTime(ms);
  };
  beforeEach(() => {
    vi.useFakeTimers();
    nowMs = 0;
    runs = 0;
  });
  afterEach(() => void vi.useRealTimers());

  const wake = () => createWake({ clock, run: () => (runs += 1) });

  test('many changes within 30 ms are one look', () => {
    const woken = wake();
    for (let change = 0; change < 20; change += 1) woken.soon('watched');
    wait(29);
    expect(runs).toBe(0);
    wait(1);
    expect(runs).toBe(1);
    expect(woken.take()).toBe(true);
    expect(woken.take()).toBe(false);
  });

  test('a change that matters is looked at twice, for the list may lag behind the event', () => {
    const woken = wake();
    woken.soon('watched');
    wait(30);
    wait(299);
    expect(runs).toBe(1);
    wait(1);
    expect(runs).toBe(2);
    wait(5000);
    expect(runs).toBe(2);
  });

  test('a watched change does not wait behind another one', () => {
    const woken = wake();
    woken.soon('other');
    expect(woken.take()).toBe(false);
    wait(100);
    woken.soon('watched');
    wait(30);
    expect(runs).toBe(1);
  });

  test('a flood that concerns nobody is two looks a second', () => {
    const woken = wake();
    for (let ms = 0; ms < 2000; ms += 10) {
      woken.soon('other');
      wait(10);
    }
    expect(runs).toBeLessThanOrEqual(4);
    expect(runs).toBeGreaterThanOrEqual(3);
  });

  test('nothing runs after the end', () => {
    const woken = wake();
    woken.soon('watched');
    woken.stop();
    wait(1000);
    expect(runs).toBe(0);
  });
});
