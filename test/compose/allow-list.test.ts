import { lookup } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createDockerClient } from '../../src/observe/docker/client.ts';
import { DOCKER_ENDPOINTS } from '../../src/observe/docker/endpoints.ts';
import { allowedGet, composeFile, envExample } from './shipped.ts';

const ID = 'a'.repeat(64);
const OPTIONAL = /\/(archive|logs)$/;

/** Every path that the client asks for, by asking: with a version agreed on, and before. */
async function askedPaths(): Promise<readonly string[]> {
  const asked = new Set<string>();
  const server = createServer((request, response) => {
    asked.add(`${request.method} ${(request.url ?? '').replace(/\?.*/, '')}`);
    response.setHeader('content-type', 'application/json').end('[]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createDockerClient({ kind: 'tcp', host: '127.0.0.1', port }, { timeoutMs: 5000, lookup });
  for (const version of [undefined, '1.41']) {
    client.pin(version);
    await client.ping();
    await Promise.all([client.version(), client.info(), client.containers(), client.volumes()]);
    await Promise.all([client.inspect(ID), client.diskUsage(5000)]);
    await client.archive(ID, '/file', 100);
    await client.logs(ID, { tail: 1, since: undefined }, () => 'more');
    (await client.events(new AbortController().signal)).resume();
  }
  client.close();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return [...asked];
}

const withVersion = (path: string): string => path.replace(/^\/v1\.\d+/, '');

describe('the allow-list of the socket proxy', () => {
  test('is what the client asks for: all of it, without the optional evidence', async () => {
    const asked = await askedPaths();
    expect(asked.every((one) => one.startsWith('GET '))).toBe(true);
    const paths = asked.map((one) => one.replace('GET ', ''));
    const known = DOCKER_ENDPOINTS.map((endpoint) => endpoint.replace('{id}', ID));
    expect([...new Set(paths.map(withVersion))].sort()).toEqual([...known].sort());

    expect(paths.filter((path) => !allowedGet().test(path)).every((path) => OPTIONAL.test(path))).toBe(true);
    expect(paths.filter((path) => allowedGet().test(path)).some((path) => OPTIONAL.test(path))).toBe(false);
  });

  test('is no wider: its words are the endpoints', () => {
    const inner = /^\^\(\/v1\\\.\[0-9\]\{1,2\}\)\?\/\((.+)\)\$$/.exec(
      allowedGet().source.replaceAll('\\/', '/'),
    )?.[1];
    const words = DOCKER_ENDPOINTS.filter((endpoint) => !OPTIONAL.test(endpoint)).map((endpoint) =>
      endpoint.slice(1).replace('{id}', '[0-9a-f]{64}'),
    );
    expect(inner?.split('|')).toEqual(words);
  });

  test.each([
    '/images/json',
    '/v1.41/images/json',
    '/v1.41/containers/json/x',
    `/v1.41/containers/${ID}/json/..`,
    `/v1.41/containers/${ID}/export`,
    `/v1.41/containers/${ID}/top`,
    '/v1.41/containers/web/json',
    '/v1.41/volumes/simfab_data',
    '/v1.41/networks',
    '/v1.41/secrets',
    '/_pingx',
    'x/_ping',
    '/v1.41/system/df/x',
    '/v2.41/info',
    '/info\n',
  ])('does not have %j', (path) => {
    expect(allowedGet().test(path)).toBe(false);
  });

  test('the optional evidence is one variable, as .env.example writes it', () => {
    const [, more = ''] = /^# DOCKER_PROXY_MORE=(.+)$/m.exec(envExample) ?? [];
    for (const part of ['logs', 'archive']) {
      expect(allowedGet().test(`/v1.41/containers/${ID}/${part}`)).toBe(false);
      expect(allowedGet(more).test(`/v1.41/containers/${ID}/${part}`)).toBe(true);
    }
    expect(allowedGet(more).test(`/v1.41/containers/${ID}/export`)).toBe(false);
    expect(allowedGet(more).test('/v1.41/images/json')).toBe(false);
  });

  test('only GET is let through, and only for pgvigil', () => {
    const flags = composeFile.services['docker-proxy'].command ?? [];
    const methods = flags.filter((flag) => /^-allow[A-Z]/.test(flag)).map((flag) => flag.split('=')[0]);
    expect(methods).toEqual(['-allowGET']);
    expect(flags).toContain('-allowfrom=pgvigil');
  });
});
