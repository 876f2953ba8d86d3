import { expect, test } from 'vitest';
import { createTickWorld } from '../../bench/tick/world.ts';
import { EMPTY_HISTORY } from '../../src/model/history.ts';
import { takeSnapshot } from '../../src/observe/look.ts';
import { remember } from '../../src/remember/remember.ts';

test('a second in which nothing changes leaves the memory of the databases as it is', () => {
  const world = createTickWorld({ servers: 1, databases: 3, volumes: 1, filesystems: 1 });
  let history = EMPTY_HISTORY;
  const tick = () => {
    world.next();
    world.read();
    const snapshot = takeSnapshot(world.config, history, world.views(), world.clock);
    history = remember(world.config, history, snapshot, 1_000).history;
    return [...history.servers.values()][0]?.databases;
  };
  for (let second = 0; second < 12; second += 1) tick();
  const before = tick();
  expect(before?.size).toBe(3);
  expect(tick()).toBe(before);
});
