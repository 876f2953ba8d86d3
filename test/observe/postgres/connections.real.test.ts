import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { connectionsTo } from '../../kit/connections.ts';
import { startPostgres } from '../../kit/postgres.ts';
import { startProxy } from '../../kit/proxy.ts';

test('while one connection is unanswered, two that are due take turns and neither is refused', async () => {
  const server = await startPostgres({ version: 18 });
  const proxy = await startProxy(server.port);
  const connections = connectionsTo(server.config({ port: proxy.port, password: new Secret('C4n4ry') }));
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
