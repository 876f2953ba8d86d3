import { lookup } from 'node:dns';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { reasonOf } from '../../../src/present/alerts/judge.ts';
import { DEADLINE_MS, post } from '../../../src/present/alerts/post.ts';
import { makeCertificate } from '../../kit/certificate.ts';
import { freePort } from '../../kit/ports.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(
  server: Server & { closeAllConnections?: () => void },
  scheme = 'http',
): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections?.();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));
const push = (url: string, more: object = {}, signal = new AbortController().signal) =>
  post(
    { url, body: '[{"labels":{"a":"é"}}]', authorization: undefined, ca: undefined, lookup, ...more },
    signal,
  );

describe('post', () => {
  test('sends the body to the API, under the path of the url, and who it is', async () => {
    let seen: { request: IncomingMessage; body: string } | undefined;
    const url = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      seen = { request, body: Buffer.concat(chunks).toString() };
      response.end();
    });
    const answer = await push(`${url}/sub`, { authorization: 'Basic abc' });
    expect(answer).toEqual({ answered: true, status: 200, date: expect.stringContaining('GMT') });
    expect(seen?.body).toBe('[{"labels":{"a":"é"}}]');
    expect(seen?.request).toMatchObject({
      method: 'POST',
      url: '/sub/api/v2/alerts',
      headers: { 'content-type': 'application/json', authorization: 'Basic abc', connection: 'close' },
    });
  });

  test.each([400, 401, 404, 500, 503])('gives the status %i', async (status) => {
    const url = await serve((_, response) => response.writeHead(status).end('a text that nobody reads'));
    expect(await push(url)).toMatchObject({ answered: true, status });
  });

  test('says that nothing listens', async () => {
    const answer = await push(`http://127.0.0.1:${await freePort()}`);
    expect(answer).toEqual({ answered: false, code: 'ECONNREFUSED' });
  });

  test('says that a name leads nowhere', async () => {
    const answer = await push('http://nobody.invalid:9093');
    expect(reasonOf(answer)).toMatch(/name/);
  });

  test('says that a connection was cut', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await push(url)).toEqual({ answered: false, code: 'ECONNRESET' });
  });

  test('gives up at the deadline when there is no answer, and closes the connection', async () => {
    let closed = false;
    const url = await serve((request) => {
      request.socket.once('close', () => {
        closed = true;
      });
    });
    const startedAt = performance.now();
    expect(await push(url)).toEqual({ answered: false, code: 'timeout' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(DEADLINE_MS - 50);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(closed).toBe(true);
  });

  test('ends at once when nobody wants to know any more', async () => {
    const url = await serve(() => undefined);
    const cancel = new AbortController();
    const startedAt = performance.now();
    const answer = push(url, {}, cancel.signal);
    setTimeout(() => cancel.abort(), 20);
    expect((await answer).answered).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS / 2);
  });

  test('trusts a certificate of its own only where it is told to', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'pgvigil-push-'));
    closing.push(() => rmSync(directory, { recursive: true }));
    const certificate = makeCertificate(directory, 'am', 'IP:127.0.0.1');
    const url = await listen(
      createSecureServer(certificate, (_, response) => response.end()),
      'https',
    );
    expect(await push(url, { ca: certificate.cert })).toMatchObject({ answered: true, status: 200 });
    expect(reasonOf(await push(url))).toBe('its certificate is not trusted: name the right ca_file');
  });
});
