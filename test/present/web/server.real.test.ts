import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { WebOptions } from '../../../src/present/web/options.ts';
import { createWeb, type Web } from '../../../src/present/web/server.ts';
import { database, server, wellReport } from '../../fixtures/report.ts';
import { waitFor } from '../../kit/wait.ts';
import { webOptions } from '../../kit/web.ts';

const webs: Web[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(webs.splice(0).map((web) => web.stop()));
});

async function serve(
  differences: Partial<WebOptions> = {},
): Promise<{ web: Web; port: number; url: string }> {
  const web = createWeb(webOptions(differences));
  const { port } = await web.start();
  webs.push(web);
  return { web, port, url: `http://127.0.0.1:${port}` };
}

interface Client {
  readonly socket: Socket;
  readonly text: () => string;
  readonly closedAfterMs: Promise<number>;
}

/** A connection that sends `text` and then nothing. */
async function open(port: number, text = ''): Promise<Client> {
  const startedAt = performance.now();
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  const closedAfterMs = new Promise<number>((resolve) => {
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(performance.now() - startedAt));
  });
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });
  socket.write(text);
  return { socket, text: () => received, closedAfterMs };
}

/** Ten thousand databases: more than the buffers of a socket hold. */
const bigReport = wellReport({
  servers: [
    server({
      databases: Array.from({ length: 10_000 }, (_, index) => database({ datname: `tenant_${index}` })),
    }),
  ],
});

describe('start and stop', () => {
  test('listens on a free port for port 0 and says which', async () => {
    const { url, port } = await serve();
    expect(port).toBeGreaterThan(0);
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200);
  });

  test('says which address is taken and what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const web = createWeb(webOptions({ listenAddress: { host: '127.0.0.1', port } }));
    await expect(web.start()).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another process listens there (see \`ss -ltnp\`): stop it, or choose another port with --web.listen-address (EADDRINUSE)`,
    );
    await web.stop();
    await new Promise((resolve) => other.close(resolve));
  });

  test('says so where the machine has no such address', async () => {
    const web = createWeb(webOptions({ listenAddress: { host: '192.0.2.1', port: 0 } }));
    await expect(web.start()).rejects.toThrow(
      /cannot listen on 192\.0\.2\.1:0: this machine has no such address/,
    );
    await web.stop();
  });

  test('stops within a second, whatever clients hold open', async () => {
    const reload = () => new Promise<never>(() => undefined);
    const { web, port } = await serve({ reload, report: () => bigReport });
    const clients = await Promise.all([
      open(port),
      open(port, 'GET /metrics HTTP/1.1\r\nHos'),
      open(port, 'GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n'),
      open(port, 'POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'),
    ]);
    const slowReader = await open(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    slowReader.socket.pause();
    await sleep(300);
    const startedAt = performance.now();
    await web.stop();
    expect(performance.now() - startedAt).toBeLessThan(1000);
    slowReader.socket.destroy();
    await Promise.all(clients.map(({ closedAfterMs }) => closedAfterMs));
  });
});

describe('slow clients', () => {
  test('are closed: no byte, half a header, half a body', { timeout: 20_000 }, async () => {
    const { port } = await serve({ reload: async () => ({ ok: true, message: 'done' }) });
    const clients = await Promise.all([
      open(port),
      open(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: '),
      open(port, 'POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 100\r\n\r\nx'),
    ]);
    const drip = setInterval(() => clients[1].socket.write('x'), 200);
    for (const { closedAfterMs } of clients) expect(await closedAfterMs).toBeLessThan(8000);
    clearInterval(drip);
  });

  test('cannot shut out a scrape: 500 idle connections', { timeout: 20_000, retry: 0 }, async () => {
    const { port, url } = await serve();
    await Promise.all(Array.from({ length: 500 }, () => open(port)));
    await sleep(600);
    const startedAt = performance.now();
    const response = await fetch(`${url}/metrics`);
    await response.text();
    expect(response.status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(500);
    const stillOpen = await waitFor('the flood is over', 2000, () => {
      const count = sockets.filter((socket) => !socket.destroyed).length;
      return count <= 64 ? count : undefined;
    });
    expect(stillOpen).toBeGreaterThan(0);
  });

  test('who is waiting for an answer is not closed to make room', { timeout: 20_000 }, async () => {
    let finish = (_: { ok: boolean; message: string }): void => undefined;
    const reload = () =>
      new Promise<{ ok: boolean; message: string }>((resolve) => {
        finish = resolve;
      });
    const { port } = await serve({ reload });
    const waiting = await open(port, 'POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    await sleep(400);
    await Promise.all(Array.from({ length: 100 }, () => open(port)));
    await sleep(600);
    finish({ ok: true, message: 'still here' });
    await waitFor('the answer', 2000, () => waiting.text().includes('still here') || undefined);
  });
});

describe('many scrapes at once', () => {
  test('a hundred get the same answer', { timeout: 20_000 }, async () => {
    const { port } = await serve({ report: () => bigReport });
    const clients = await Promise.all(
      Array.from({ length: 100 }, () =>
        open(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n'),
      ),
    );
    await Promise.all(clients.map(({ closedAfterMs }) => closedAfterMs));
    const bodies = new Set(clients.map(({ text }) => text().split('\r\n\r\n').slice(1).join('\r\n\r\n')));
    expect(bodies.size).toBe(1);
    expect([...bodies][0]?.length).toBeGreaterThan(10_000);
  });

  test('clients that go away in the middle harm nobody', { timeout: 20_000 }, async () => {
    const { port, url } = await serve({ report: () => bigReport });
    for (let round = 0; round < 5; round++) {
      const clients = await Promise.all(
        Array.from({ length: 20 }, () => open(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')),
      );
      for (const { socket } of clients) socket.destroy();
    }
    const response = await fetch(`${url}/metrics`);
    expect((await response.text()).split('\n').length).toBeGreaterThan(50_000);
  });
});

describe('broken requests', () => {
  test.each([
    ['garbage', '\x16\x03\x01\x02\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'a whole URL of somebody else, of which only the path counts,',
      'GET http://evil.example/metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      /^HTTP\/1\.1 200 /,
    ],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n', /^$/],
    [
      'an endless header',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    [
      'a way out of the incidents',
      'GET /incidents/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n',
      /^HTTP\/1\.1 404 /,
    ],
    [
      'a name of 10 kB with ways out',
      `GET /incidents/${'../'.repeat(3400)}.md HTTP/1.1\r\nHost: x\r\n\r\n`,
      /^HTTP\/1\.1 404 /,
    ],
    ['a method unknown to us', 'PROPFIND / HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 40[45] /],
  ])('%s gets a plain refusal', async (_name, request, expected) => {
    const { port, url } = await serve();
    const client = await open(port, request);
    await waitFor(
      'an answer or the end',
      3000,
      () => client.text().includes('\r\n\r\n') || client.socket.closed || undefined,
    );
    expect(client.text()).toMatch(expected);
    expect(client.text()).not.toContain('evil.example');
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200);
  });
});
