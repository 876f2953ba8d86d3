import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { connectionsTo } from '../../kit/connections.ts';
import { startPostgres } from '../../kit/postgres.ts';
import { watchPostgres } from '../../kit/postgres-watch.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapBytes = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};
const sockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => /TCPSocketWrap|PipeWrap/.test(name)).length;

test('hundreds of connections leave neither memory nor sockets behind', async () => {
  const server = await startPostgres({ version: 18 });
  const before = sockets();
  const databases = { expect: ['postgres', 'gone'], learn: false, learnAfterMs: 0, ignore: [] };
  const watched = watchPostgres(server.config({ databases }), { connect: 5, presence: 5, sizes: 50 });
  const attempts = (): number => watched.view().tallies.reduce((sum, tally) => sum + tally.attempts, 0);
  try {
    await watched.until(() => attempts() > 100, 10_000);
    const start = { heap: heapBytes(), attempts: attempts() };
    await watched.until(() => attempts() > start.attempts + 400, 40_000);
    const perConnection = (heapBytes() - start.heap) / (attempts() - start.attempts);
    // One client of the library holds about 20 kB.
    expect(perConnection).toBeLessThan(2000);
    expect(sockets() - before).toBeLessThanOrEqual(2);
  } finally {
    await watched.stop();
    await server.dispose();
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(sockets()).toBeLessThanOrEqual(before);
});

test('a session that stays open holds no answer', async () => {
  const server = await startPostgres({ version: 18 });
  const connections = connectionsTo(server.config());
  try {
    const session = await connections.open('postgres', 'server');
    const ask = async (times: number): Promise<void> => {
      for (let asked = 0; asked < times; asked += 1)
        await session.query({ name: 'names', text: `SELECT 'tenant_' || n FROM generate_series(1, 1000) n` });
    };
    await ask(50);
    const start = heapBytes();
    await ask(200);
    // An answer takes about 100 kB.
    expect((heapBytes() - start) / 200).toBeLessThan(5_000);
    await session.close();
  } finally {
    await connections.stop();
    await server.dispose();
  }
});
