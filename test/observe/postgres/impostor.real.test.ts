import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ServerConfig } from '../../../src/model/config.ts';
import { Secret } from '../../../src/model/secret.ts';
import { freePort } from '../../kit/postgres.ts';
import { type Watched, type WatchOptions, watchPostgres } from '../../kit/postgres-watch.ts';

const config = (more: Partial<ServerConfig>): ServerConfig => ({
  name: 'impostor',
  host: '127.0.0.1',
  port: 1,
  user: 'pgvigil',
  password: new Secret('C4n4ry'),
  database: 'postgres',
  tls: { mode: 'disable', ca: undefined, cert: undefined, key: undefined },
  databases: { expect: ['app'], learn: false, learnAfterMs: 0, ignore: [] },
  docker: { container: undefined, volume: undefined },
  identity: { systemIdentifier: undefined },
  ...more,
});

describe('what is not a PostgreSQL server', () => {
  let listening: Server | undefined;
  let watched: Watched | undefined;
  const sockets = new Set<Socket>();
  let accepted = 0;

  const listen = async (server: Server): Promise<number> => {
    listening = server;
    accepted = 0;
    server.on('connection', (socket) => {
      accepted += 1;
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const answering = (reply: string | undefined, close = false): Promise<number> =>
    listen(
      createServer((socket) => {
        socket.once('data', () => {
          if (reply !== undefined) socket.write(Buffer.from(reply, 'latin1'));
          if (close) socket.end();
        });
      }),
    );
  const verdict = async (more: Partial<ServerConfig>, options?: WatchOptions): Promise<string> => {
    watched = watchPostgres(config(more), options);
    await watched.until(() => watched?.server() !== 'nothing yet');
    await watched.until(() => watched?.database('app') !== 'nothing yet');
    expect(`${JSON.stringify(watched.view())}${watched.logged()}`).not.toContain('C4n4ry');
    return watched.server();
  };

  afterEach(async () => {
    expect((await watched?.stop()) ?? 0).toBeLessThan(1000);
    for (const socket of sockets) socket.destroy();
    if (listening) await new Promise((resolve) => listening?.close(resolve));
    listening = undefined;
  });

  test('nobody', async () => {
    expect(await verdict({ port: await freePort() })).toBe('refused');
    expect(watched?.database('app')).toBe('refused');
  });

  test('nobody on any address of a name', async () => {
    expect(await verdict({ host: 'localhost', port: await freePort() })).toBe('refused');
  });

  test('no socket file', async () => {
    expect(await verdict({ host: '/nonexistent/directory' })).toBe('refused');
  });

  test('a name that does not resolve', async () => {
    expect(await verdict({ host: 'no-such-host.invalid' }, { connectTimeout: 4000 })).toBe('dns');
  });

  test('HTTP', async () => {
    const server = createHttpServer((_, response) => response.end('hello'));
    expect(await verdict({ port: await listen(server) })).toBe('protocol');
    await watched?.stop();
  });

  test.each([
    ['one foreign byte', '\x15', 'protocol'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n', 'protocol'],
    ['a message with a cut body', 'R\0\0\0\x04', 'protocol'],
    ['an authentication nobody knows', 'R\0\0\0\x08\0\0\0\x63', 'protocol'],
    ['a message nobody knows after a good one', 'R\0\0\0\x08\0\0\0\0q\0\0\0\x04', 'protocol'],
    ['a message that never ends', 'R\0\0\0\x08\0\0\0\0S\0\0\x10\0abcd', 'hung'],
    ['rows that nobody asked for', 'R\0\0\0\x08\0\0\0\0T\0\0\0\x06\0\x01', 'protocol'],
  ])('%s', async (_, reply, reason) => {
    expect(await verdict({ port: await answering(reply) }, { connectTimeout: 400 })).toBe(reason);
  });

  test('a server that accepts and closes', async () => {
    expect(await verdict({ port: await answering(undefined, true) })).toBe('reset');
  });

  test('a silent one is hung, is left with two sockets at most, and is found again at once', async () => {
    const port = await answering(undefined);
    expect(await verdict({ port }, { connect: 100, connectTimeout: 100 })).toBe('hung');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(sockets.size).toBe(2);
    expect(accepted).toBe(2);
    for (const socket of sockets) socket.destroy();
    await watched?.until(() => accepted > 2, 500);
  });

  test('one that refuses TLS, and one that answers TLS with something else', async () => {
    const tls = { mode: 'verify-full', ca: undefined, cert: undefined, key: undefined } as const;
    expect(await verdict({ port: await answering('N'), tls })).toBe('tls');
    await watched?.stop();
    listening?.close();
    expect(await verdict({ port: await answering('HTTP/1.1 400 Bad Request\r\n\r\n'), tls })).toBe(
      'protocol',
    );
    await watched?.stop();
    listening?.close();
    // Promises TLS and never speaks it.
    expect(await verdict({ port: await answering('S'), tls }, { connectTimeout: 300 })).toBe('hung');
  });
});
