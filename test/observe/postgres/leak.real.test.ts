import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
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
