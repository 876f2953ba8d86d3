import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { createLookup } from '../../../src/observe/lookup.ts';
import { createConnections } from '../../../src/observe/postgres/connections.ts';
import { createTally } from '../../../src/observe/postgres/tally.ts';
import { realClock } from '../../kit/clock.ts';
import { startPostgres } from '../../kit/postgres.ts';
import { startProxy } from '../../kit/proxy.ts';

test('while one connection is unanswered, two that are due take turns and neither is refused', async () => {
  const server = await startPostgres({ version: 18 });
  const proxy = await startProxy(server.port);
  const connections = createConnections({
    endpoint: server.config({ port: proxy.port, password: new Secret('C4n4ry') }),
    timeouts: { connect: 2_000, query: 2_000 },
    lookup: createLookup(),
    tally: createTally([]),
    clock: realClock,
    freed: () => {},
  });
  try {
    proxy.become({ kind: 'delay', ms: 20_000 });
    await expect(connections.open('postgres', 'server')).rejects.toThrow('nothing was said');
    proxy.become({ kind: 'delay', ms: 50 });
    const both = await Promise.all([
      connections.open('postgres', 'server'),
      connections.open('postgres', 'server'),
    ]);
    for (const session of both) await session.close();
    // What can wait is told at once that it has to.
    await expect(connections.open('postgres', 'other')).rejects.toThrow('still unanswered');
  } finally {
    await connections.stop();
    await proxy.close();
    await server.dispose();
  }
});
