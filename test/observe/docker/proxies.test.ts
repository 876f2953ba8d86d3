import { lookup } from 'node:dns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DockerView } from '../../../src/model/docker.ts';
import { DOCKER_ENDPOINTS } from '../../../src/observe/docker/endpoints.ts';
import { createDockerObserver } from '../../../src/observe/docker/observer.ts';
import { recorded } from './recorded.ts';
import { printed, serveHttp, type Watched, watchEngine } from './watch-engine.ts';

let directory = '';
let closing: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pgvigil-docker-'));
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(directory, { recursive: true });
});

function watch(host: string, needsControl?: (name: string) => boolean): Watched {
  const watched = watchEngine(host, undefined, undefined, needsControl);
  closing.push(watched.stop);
  return watched;
}

async function proxy(listener: RequestListener, needsControl?: (name: string) => boolean): Promise<Watched> {
  const server = await serveHttp(listener);
  closing.push(server.stop);
  return watch(server.host, needsControl);
}

const status =
  (code: number, body = ''): RequestListener =>
  (_request, response) => {
    response.statusCode = code;
    response.end(body);
  };
const page: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<html><body>C4n4ry sign in</body></html>');
};

const engineSeen = (view: DockerView): boolean => view.engine?.observation.seen === true;
const looked = (view: DockerView): boolean => view.engine !== undefined && view.inventory !== undefined;
const why = (view: DockerView) => ({
  engine: view.engine?.observation,
  inventory: view.inventory?.observation,
});
const unseen = (reason: string, detail: RegExp) => ({
  seen: false,
  reason,
  detail: expect.stringMatching(detail),
});

describe('what is in the way of the engine', () => {
  test('a recorded engine is read to the end, by GET only, in the version it offers', async () => {
    const asked: string[] = [];
    const { view, until } = await proxy(recorded({}, asked), () => true);
    await until(
      'everything',
      3000,
      (now) =>
        engineSeen(now) &&
        now.diskUsage !== undefined &&
        looked(now) &&
        now.events.length > 0 &&
        now.controls.size > 0 &&
        asked.some((line) => line.includes('/logs')),
    );
    const db = view().inventory?.lastSeen?.facts.containers.find(({ name }) => name === 'simfab-db');
    expect(db?.inspection?.pgport).toBe(5433);
    const paths = asked.map((line) =>
      line.replace(/containers\/[0-9a-f]{64}/, 'containers/{id}').replace(/\?.*/, ''),
    );
    const listed = DOCKER_ENDPOINTS.map((path) => `GET ${path === '/_ping' ? '' : '/v1.41'}${path}`);
    expect([...new Set(paths)].sort()).toEqual(listed.sort());
    const text = printed(view());
    expect(text).toContain('simfab-facelift_postgres_data');
    expect(text).not.toContain('C4n4ry');
  });

  test('who sends us elsewhere is not followed', async () => {
    const visitors: string[] = [];
    const elsewhere = await serveHttp((request, response) => {
      visitors.push(`${request.url}`);
      response.destroy();
    });
    closing.push(elsewhere.stop);
    const location = elsewhere.host.replace('tcp://', 'http://');
    const { view, until } = await proxy((request, response) => {
      response.writeHead(307, { location: `${location}${request.url}` }).end();
    });
    await until('the engine', 3000, (now) => now.engine !== undefined);
    expect(why(view()).engine).toMatchObject(
      unseen('protocol', /the answer is a redirect: check that docker\.host/),
    );
    expect(visitors).toEqual([]);
  });

  test('a newer engine is spoken to in our version, one that tells none without a version', async () => {
    for (const [theirs, prefix] of [
      ['1.99', '/v1.51'],
      [null, ''],
    ] as const) {
      const asked: string[] = [];
      const { until, stop } = await proxy(recorded({}, asked, theirs));
      await until('the list', 3000, (now) => now.inventory?.observation.seen === true);
      expect(asked).toContain(`GET ${prefix}/volumes`);
      await stop();
    }
  });

  test('a proxy that refuses one endpoint is named with it, and the rest is seen', async () => {
    const { view, until } = await proxy(recorded({ '/volumes': status(403, 'forbidden') }));
    await until('a look', 3000, looked);
    expect(why(view()).engine).toMatchObject({ seen: true });
    expect(why(view()).inventory).toMatchObject(unseen('forbidden', /GET \/volumes .*403.*socket proxy/));
  });

  test('a proxy that refuses /info leaves the list', async () => {
    const { view, until } = await proxy(recorded({ '/info': status(403) }));
    await until('a look', 3000, looked);
    expect(why(view()).engine).toMatchObject(unseen('forbidden', /GET \/info/));
    expect(why(view()).inventory).toMatchObject({ seen: true });
  });

  test('a proxy that refuses /system/df costs the sizes only', async () => {
    const { view, until } = await proxy(recorded({ '/system/df': status(403) }));
    await until('a look', 3000, (now) => looked(now) && now.diskUsage !== undefined);
    expect(view().diskUsage?.observation).toMatchObject(unseen('forbidden', /system\/df/));
    expect(why(view())).toMatchObject({ engine: { seen: true }, inventory: { seen: true } });
  });

  test.each([
    ['403', status(403, 'C4n4ry')],
    [
      'a page of its own and 404',
      (_request, response) => {
        response.writeHead(404, { 'content-type': 'text/html' });
        response.end('<h1>C4n4ry</h1>');
      },
    ],
  ] satisfies [string, RequestListener][])(
    'a proxy that refuses archive and logs with %s: told once each, the rest is seen',
    async (_name, refuse) => {
      const asked: string[] = [];
      const well = recorded({}, asked);
      const { view, until, told } = await proxy(
        (request, response) => {
          const barred = /\/(archive|logs)\b/.test(request.url ?? '');
          if (!barred) {
            well(request, response);
            return;
          }
          asked.push(`${request.method} ${request.url}`);
          refuse(request, response);
        },
        () => true,
      );
      await until('a look', 3000, (now) => looked(now) && now.controls.size > 0);
      // One more turn of everything.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      for (const { observation } of view().controls.values()) {
        expect(observation).toMatchObject(unseen('forbidden', /archive .*HTTP 40[34].*socket proxy/));
      }
      expect(view().logLines.size).toBe(0);
      expect(why(view())).toMatchObject({ engine: { seen: true }, inventory: { seen: true } });
      expect(told().filter((message) => /told apart/.test(message))).toHaveLength(1);
      expect(told().filter((message) => /evidence/.test(message))).toHaveLength(1);
      // Those under way at the same time, and no more.
      expect(asked.filter((line) => line.includes('archive')).length).toBeLessThanOrEqual(4);
      expect(asked.filter((line) => line.includes('logs')).length).toBeLessThanOrEqual(4);
      expect(printed(view())).not.toContain('C4n4ry');
    },
  );

  test('a proxy that refuses /events leaves the polls', async () => {
    const { view, until } = await proxy(recorded({ '/events': status(403) }));
    await until('a look', 3000, looked);
    expect(why(view())).toMatchObject({ engine: { seen: true }, inventory: { seen: true } });
    expect(view().events).toEqual([]);
  });

  test('a list that is a web page or cut off is no empty list', async () => {
    const cut: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"Volumes":[');
      setTimeout(() => response.destroy(), 20);
    };
    for (const [answer, reason] of [
      [page, 'protocol'],
      [status(200, '{"Volumes":'), 'protocol'],
      [status(200, '{"message":"x"}'), 'protocol'],
      [status(500, '{"message":"x"}'), 'error'],
      [cut, 'timeout'],
    ] as const) {
      const { view, until, stop } = await proxy(recorded({ '/volumes': answer }));
      await until('a look', 4000, looked);
      expect(why(view()).inventory).toMatchObject(unseen(reason, /./));
      await stop();
    }
  });

  test.each([
    ['a web page for everything', page, 'protocol', /Docker API/],
    ['403 for everything', status(403, 'C4n4ry'), 'forbidden', /socket proxy/],
    ['another service', status(404, 'C4n4ry'), 'protocol', /Docker API/],
    ['a gateway without its engine', status(502, '<html>C4n4ry</html>'), 'error', /log of the Docker engine/],
    ['silence', () => undefined, 'timeout', /hangs/],
  ] as const)('%s', async (_name, listener, reason, detail) => {
    const { view, until } = await proxy(listener);
    await until('a look', 4000, looked);
    expect(why(view()).engine).toMatchObject(unseen(reason, detail));
    expect(why(view()).inventory).toMatchObject(unseen(reason, detail));
    expect(JSON.stringify(view())).not.toContain('C4n4ry');
  });

  test('something that does not speak HTTP', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('SSH-2.0-C4n4ry\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(join(directory, 's'), resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const { view, until } = watch(`unix://${join(directory, 's')}`);
    await until('a look', 4000, looked);
    expect(why(view()).engine).toMatchObject(unseen('protocol', /not HTTP/));
  });

  test('no socket, a file, a directory, a dead socket', async () => {
    writeFileSync(join(directory, 'file'), '');
    for (const [path, reason, detail] of [
      [join(directory, 'none'), 'absent', /start the Docker engine/],
      [join(directory, 'file'), 'refused', /mount its directory/],
      [directory, 'refused', /mount its directory/],
    ] as const) {
      const { view, until, stop } = watch(`unix://${path}`);
      await until('a look', 2000, looked);
      expect(why(view()).engine).toMatchObject(unseen(reason, detail));
      await stop();
    }
  });

  test('an engine that comes back is seen again, and its absence never leaves an old list as seen', async () => {
    let up = true;
    const well = recorded();
    const { view, until } = await proxy((request, response) =>
      up ? well(request, response) : request.socket.destroy(),
    );
    await until('seen', 3000, (now) => now.inventory?.observation.seen === true);
    up = false;
    await until('unseen', 4000, (now) => now.engine?.observation.seen === false);
    expect(view().inventory?.observation.seen).toBe(false);
    expect(view().inventory?.lastSeen?.facts.volumes.length).toBeGreaterThan(0);
    up = true;
    await until('seen again', 4000, (now) => now.inventory?.observation.seen === true);
  });
});

describe('without an engine to look at', () => {
  const clock = { now: () => 1, monotonic: () => 1 };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const create = (docker: { enabled: boolean; host: string }) => {
    const intervals = { presence: 1, connect: 1, docker: 1, filesystems: 1, sizes: 1, backups: 1 };
    const timeouts = { connect: 1, query: 1, docker: 1, filesystem: 1 };
    const settings = {
      docker: { ...docker, discover: false, discoverCredentials: 'none' as const },
      intervals,
      timeouts,
    };
    return createDockerObserver(settings, {
      clock,
      log,
      lookup,
      changed: () => {},
      isWatched: () => true,
      needsControl: () => true,
    });
  };

  test('turned off: nothing is opened and nothing is claimed', async () => {
    const asked: string[] = [];
    const server = await serveHttp(recorded({}, asked));
    closing.push(server.stop);
    const observer = create({ enabled: false, host: server.host });
    observer.start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(observer.view()).toMatchObject({ enabled: false, engine: undefined, inventory: undefined });
    expect(asked).toEqual([]);
    await observer.stop();
  });

  test('an address that is none is told, with what to write', () => {
    const { engine } = create({ enabled: true, host: 'ssh://C4n4ry@host' }).view();
    expect(engine?.observation).toMatchObject(unseen('error', /unix:\/\/\/var\/run\/docker\.sock/));
    expect(JSON.stringify(engine)).not.toContain('C4n4ry');
  });
});
