import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { startPostgres } from '../../kit/postgres.ts';
import { watchPostgres } from '../../kit/postgres-watch.ts';

test('an address that now leads to another cluster: the kept session to the old one is given up', async () => {
  const [old, other] = await Promise.all([
    startPostgres({ version: 18 }),
    startPostgres({ version: 18, freshIdentity: true }),
  ]);
  await old.query('CREATE DATABASE app');
  let target = old.port;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const databases = { expect: ['app'], learn: false, learnAfterMs: 0, ignore: [] };
  const watched = watchPostgres(old.config({ port: (proxy.address() as AddressInfo).port, databases }));
  const seen = () => watched.view().catalog?.lastSeen?.facts;
  const identity = async (server: typeof old): Promise<unknown> =>
    (await server.query('SELECT system_identifier::text AS id FROM pg_control_system()'))[0]?.['id'];
  try {
    await watched.until(() => watched.database('app') === 'seen' && seen()?.via === 'kept');
    expect(seen()?.systemIdentifier).toBe(await identity(old));
    target = other.port;
    const theirs = await identity(other);
    // One interval of the fresh check later, and never a list of one cluster under the name of the other.
    await watched.until(() => {
      const facts = seen();
      const hasApp = facts?.databases.some((row) => row.datname === 'app') ?? false;
      expect(hasApp).toBe(facts?.systemIdentifier !== theirs);
      return facts?.systemIdentifier === theirs && facts?.via === 'kept';
    }, 2000);
    await watched.until(() => watched.database('app') === 'no_database', 1000);
    expect(watched.server()).toBe('seen');
  } finally {
    await watched.stop();
    for (const socket of sockets) socket.destroy();
    proxy.close();
    await Promise.all([old.dispose(), other.dispose()]);
  }
});
