import { gunzipSync } from 'node:zlib';
import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import type { WebOptions } from '../../../src/present/web/options.ts';
import { PATHS } from '../../../src/present/web/paths.ts';
import { fullReport, wellReport } from '../../fixtures/report.ts';
import { happenings, recordingLog, webApp } from '../../kit/web.ts';

const app = webApp;
const ask = (request: string | InjectOptions, differences: Partial<WebOptions> = {}) =>
  app(differences).inject(request);
const NO_REPORT = { report: () => undefined };

describe('/metrics', () => {
  test('gives text with a valid Content-Type, and the metrics of the process', async () => {
    const response = await ask('/metrics');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.vary).toBe('Accept, Accept-Encoding');
    expect(response.body).toContain('\npgvigil_server_up{server="main"} 1\n');
    expect(response.body).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  test('gives OpenMetrics to who prefers it', async () => {
    const headers = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' };
    const response = await ask({ url: '/metrics', headers });
    expect(response.headers['content-type']).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    expect(response.body.endsWith('# EOF\n')).toBe(true);
  });

  test('compresses what is the same uncompressed', async () => {
    const server = app();
    const plain = await server.inject('/metrics');
    const packed = await server.inject({ url: '/metrics', headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body);
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
  });

  test('reads a report at most once, however many scrape at once', async () => {
    let reads = 0;
    const report = wellReport();
    const counting = {
      ...report,
      get servers() {
        reads++;
        return report.servers;
      },
    };
    const server = app({ report: () => counting });
    const bodies = await Promise.all(
      Array.from({ length: 50 }, async () => (await server.inject('/metrics')).body),
    );
    const once = reads;
    expect(new Set(bodies).size).toBe(1);
    await server.inject('/metrics');
    expect(reads).toBe(once);
  });

  test('shows the next report to the next scrape', async () => {
    let report = wellReport({ sequence: 1 });
    const server = app({ report: () => report });
    expect((await server.inject('/metrics')).body).toContain(
      'pgvigil_database_present{server="main",datname="simfab_dev"} 1\n',
    );
    report = { ...fullReport(), sequence: 2 };
    expect((await server.inject('/metrics')).body).toContain(
      'pgvigil_database_present{server="main",datname="simfab_dev"} 0\n',
    );
  });

  test('says why there is nothing before the first report', async () => {
    const response = await ask('/metrics', NO_REPORT);
    expect(response.statusCode).toBe(503);
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(response.body).toMatch(/no report yet/);
  });
});

describe('health', () => {
  test.each([
    ['/-/healthy', { healthy: () => true }, 200],
    ['/-/healthy', { healthy: () => false }, 503],
    ['/-/ready', { ready: () => true }, 200],
    ['/-/ready', { ready: () => false }, 503],
  ])('%s with %o answers %i to GET and HEAD', async (url, state, status) => {
    for (const method of ['GET', 'HEAD'] as const) {
      const response = await ask({ url, method }, state);
      expect(response.statusCode).toBe(status);
      expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(response.body === '').toBe(method === 'HEAD');
    }
  });
});

describe('the api', () => {
  test('gives the whole report, with what is unknown as null', async () => {
    const response = await ask('/api/v1/report', { report: fullReport });
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.headers['cache-control']).toBe('no-store');
    const report = response.json();
    expect(report.servers).toHaveLength(3);
    expect(report.servers[2].state).toBeNull();
    expect(report.servers[0].systemIdentifier).toBe('7711161441652576274');
    expect(report.incidents[0].id).toBe('5f0c2a91');
    expect(report.incidents[0].story.headline).toMatch(/^Database simfab_dev of main was dropped/);
  });

  test('turns a Map into an object, also with a key that means something to JavaScript', async () => {
    const labels = new Map([
      ['__proto__', 'x'],
      ['com.example', 'y'],
    ]);
    const report = { ...wellReport(), labels };
    expect((await ask('/api/v1/report', { report: () => report })).body).toContain(
      '"labels":{"__proto__":"x","com.example":"y"}',
    );
  });

  test('lists what is watched and expected', async () => {
    const inventory = (await ask('/api/v1/inventory', { report: fullReport })).json();
    expect(inventory.servers[0].databases).toContainEqual(
      expect.objectContaining({ datname: 'simfab_dev', expected: 'config', presence: 'missing', oid: null }),
    );
    expect(inventory.volumes[0]).toMatchObject({
      name: 'simfab-facelift_postgres_data',
      expected: true,
      present: true,
    });
    expect(inventory.containers[1]).toEqual({ name: 'standby-db', server: 'standby', running: null });
    expect(
      inventory.filesystems.map((filesystem: { mountpoint: string }) => filesystem.mountpoint),
    ).toContain('/var/lib/docker');
  });

  test('lists the open incidents with evidence, silenced symptoms and the story', async () => {
    const { at, incidents } = (await ask('/api/v1/incidents', { report: fullReport })).json();
    expect(at).toBe(fullReport().at);
    expect(incidents).toHaveLength(3);
    expect(incidents[1]).toMatchObject({
      id: '0b7e44d2',
      cause: 'volume_removed',
      trigger: 'volume_rm',
      confidence: 'observed',
      datname: null,
      evidence: [{ kind: 'volume_destroyed', facts: { name: 'old_shop_data' } }],
      symptoms: [{ kind: 'database_unreadable', datname: 'shop' }],
      story: { headline: expect.stringContaining('Volume old_shop_data was removed at 23:12:06 UTC') },
    });
    // The container that the evidence does not name.
    expect(incidents[1].story.steps.join()).toContain("docker inspect -f '{{json .Mounts}}' simfab-db");
    expect((await ask('/api/v1/incidents')).json().incidents).toEqual([]);
  });

  test.each(['/api/v1/report', '/api/v1/incidents', '/api/v1/inventory'])(
    '%s is 503 with a reason before the first report',
    async (url) => {
      const response = await ask(url, NO_REPORT);
      expect(response.statusCode).toBe(503);
      expect(response.json().error).toMatch(/no report yet/);
    },
  );

  test.each([
    ['', 100],
    ['?limit=1', 1],
    ['?limit=500', 500],
  ])('gives the events asked for by %j', async (query, count) => {
    const response = await ask(`/api/v1/events${query}`, { events: (limit) => happenings(limit) });
    expect(response.json().events).toHaveLength(count);
  });

  test.each(['0', '501', '-1', '1e2', 'all', '', '1&limit=2', '%31%00'])(
    'refuses limit=%s',
    async (limit) => {
      const response = await ask(`/api/v1/events?limit=${limit}`, { events: () => expect.unreachable() });
      expect(response.statusCode).toBe(400);
      expect(response.json().error).toMatch(/1 to 500/);
    },
  );
});

describe('the page', () => {
  test('renews itself, as often as asked, or not at all', async () => {
    expect((await ask('/')).headers['refresh']).toBe('10');
    const still = await ask('/?refresh=0');
    expect(still.headers).not.toHaveProperty('refresh');
    expect(still.body).toContain('stands still');
    const renewing = await ask('/?refresh=30');
    expect(renewing.headers['refresh']).toBe('30');
    expect(renewing.body).toContain('renews every 30 s');
  });

  test.each(['4', '3601', '00', '-5', '1e2', '', '10;url=http://evil.example', '10&refresh=20'])(
    'refuses refresh=%s',
    async (refresh) => {
      const response = await ask(`/?refresh=${refresh}`);
      expect(response.statusCode).toBe(400);
      expect(response.headers).not.toHaveProperty('refresh');
      expect(response.body).not.toContain('evil');
    },
  );
});

describe('POST /-/reload', () => {
  const reload = { method: 'POST', url: '/-/reload' } as const;

  test('answers with what came of it', async () => {
    const good = await ask(reload, {
      reload: async () => ({ ok: true, message: 'The config was reloaded.' }),
    });
    expect([good.statusCode, good.body]).toEqual([200, 'The config was reloaded.\n']);
    const bad = await ask(reload, {
      reload: async () => ({ ok: false, message: 'pgvigil.yml:4:3: unknown key' }),
    });
    expect([bad.statusCode, bad.body]).toEqual([500, 'pgvigil.yml:4:3: unknown key\n']);
  });

  test('reloads once for all who ask at once', async () => {
    let reloads = 0;
    const server = app({
      reload: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { ok: true, message: `${++reloads}` };
      },
    });
    const answers = await Promise.all([server.inject(reload), server.inject(reload), server.inject(reload)]);
    expect(answers.map(({ body }) => body)).toEqual(['1\n', '1\n', '1\n']);
    expect((await server.inject(reload)).body).toBe('2\n');
  });

  test('is not there unless switched on, and says how to', async () => {
    const response = await ask(reload);
    expect(response.statusCode).toBe(404);
    expect(response.body).toMatch(/--web\.enable-lifecycle/);
  });

  test.each([{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
    'is refused to a web page: %o',
    async (headers) => {
      const response = await ask({ ...reload, headers }, { reload: () => expect.unreachable() });
      expect(response.statusCode).toBe(403);
    },
  );

  test('reads no body, and no long one at all', async () => {
    const on = { reload: async () => ({ ok: true, message: 'done' }) };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask({ ...reload, headers: form, payload: 'x=1' }, on)).statusCode).toBe(200);
    expect((await ask({ ...reload, headers: form, payload: 'x'.repeat(2000) }, on)).statusCode).toBe(413);
  });
});

describe('what is not ours', () => {
  test.each([
    '/nope',
    '/metrics/',
    '/probe?target=10.0.0.1',
    '/api/v1',
    '/..%2f..%2fetc%2fpasswd',
    '/__proto__',
    '/constructor',
    '/incidents',
    '/incidents/',
    '/incidents/ID',
    '/incidents/5F0C2A01',
    '/incidents/5f0c2a0',
    '/incidents/5f0c2a01/',
    '/incidents/5f0c2a01.md.md',
    '/incidents/5f0c2a01%2emd%00',
    '/incidents/..%2f5f0c2a01',
    '/incidents/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/incidents/%00',
    '/incidents/5f0c2a01%00.md',
    '/incidents/__proto__',
  ])('%s is answered with the list of paths', async (url) => {
    const response = await ask(url);
    expect(response.statusCode).toBe(404);
    for (const path of Object.keys(PATHS)) expect(response.body).toContain(`  ${path} `);
    expect(response.body).not.toContain('nope');
  });

  test.each([
    ['a', 10_240],
    ['%00', 3_400],
    ['%2e%2e%2f', 1_100],
    ['5f0c2a01', 1_280],
  ])('a path of %j, %i times, is not there', async (piece, times) => {
    for (const url of [`/incidents/${piece.repeat(times)}`, `/incidents/${piece.repeat(times)}.md`])
      expect((await ask(url)).statusCode).toBe(404);
  });

  test.each([
    '/metrics?target=http://169.254.169.254/',
    '/?target=x',
    '/-/healthy?x',
    '/api/v1/events?limit=1&target=x',
  ])('%s is refused: no request names a target', async (url) => {
    const response = await ask(url);
    expect(response.statusCode).toBe(400);
    expect(response.body).not.toContain('169.254');
  });

  test.each([
    ['POST', '/metrics', 'GET, HEAD'],
    ['PUT', '/', 'GET, HEAD'],
    ['DELETE', '/api/v1/report', 'GET, HEAD'],
    ['OPTIONS', '/-/ready', 'GET, HEAD'],
    ['GET', '/-/reload', 'POST'],
  ] as const)('%s %s is answered with what is allowed', async (method, url, allow) => {
    const response = await ask({ method, url }, { reload: () => expect.unreachable() });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe(allow);
  });

  test('trusts no Host and no forwarded header', async () => {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    };
    for (const url of ['/', '/nope', '/metrics']) {
      const response = await ask({ url, headers });
      expect(`${response.body}${JSON.stringify(response.headers)}`).not.toContain('evil.example');
    }
  });

  test('hides what went wrong inside from the answer and tells the log', async () => {
    const log = recordingLog();
    const response = await ask('/', {
      log,
      report: () => {
        throw new Error('secret /path of ours');
      },
    });
    expect(response.statusCode).toBe(500);
    expect(response.body).toBe('Internal Server Error: the log of pgvigil says why.\n');
    expect(log.lines).toHaveLength(1);
  });
});

test('every answer carries the security headers', async () => {
  const requests = [...Object.keys(PATHS), '/incidents/5f0c2a01', '/nope', '/?x=1'].map((url) => ({
    url,
    method: 'GET' as const,
  }));
  for (const request of requests) {
    const { headers } = await ask(request);
    expect(headers['content-security-policy'], request.url).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+';/,
    );
    expect(headers['x-content-type-options'], request.url).toBe('nosniff');
    expect(headers['x-frame-options'], request.url).toBe('DENY');
    expect(headers['referrer-policy'], request.url).toBe('no-referrer');
    expect(headers['content-type'], request.url).toMatch(/^(text|application)\//);
  }
});

test('HEAD answers as GET does, without the body', async () => {
  const server = app();
  for (const [url, { methods }] of Object.entries(PATHS)) {
    if (!(methods as readonly string[]).includes('HEAD')) continue;
    const get = await server.inject(url);
    const head = await server.inject({ url, method: 'HEAD' });
    expect([head.statusCode, head.body, head.headers['content-type']], url).toEqual([
      get.statusCode,
      '',
      get.headers['content-type'],
    ]);
    expect(head.headers['content-length'], url).toBe(get.headers['content-length']);
  }
});
