import { Agent, request } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connect, type TLSSocket } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { OPEN_ACCESS, type WebAccess, type WebTls } from '../../../src/model/web-access.ts';
import { createWeb, type Web } from '../../../src/present/web/server.ts';
import { type Authority, makeAuthority, type Signed } from '../../kit/authority.ts';
import { ensureBuilt } from '../../kit/build.ts';
import { describeWith, program } from '../../kit/needs.ts';
import { run } from '../../kit/process.ts';
import { waitFor } from '../../kit/wait.ts';
import { webOptions } from '../../kit/web.ts';

/** Of cost 10, as people make them: what a login costs is what this is about. */
const users = new Map([['prometheus', new Secret(hashSync('sesame', 10))]]);
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const OURS = { authorization: basic('prometheus', 'sesame') };

describeWith(['openssl'], 'who may read the web server', () => {
  let authority: Authority;
  let server: Signed;
  let client: Signed;
  let stranger: Signed;
  const webs: Web[] = [];
  const sockets: Socket[] = [];
  beforeAll(async () => {
    await ensureBuilt();
    authority = makeAuthority();
    server = authority.sign('server', 'DNS:localhost,IP:127.0.0.1');
    client = authority.sign(
      'client',
      'DNS:prometheus.example.org,IP:192.0.2.7,email:ops@example.org,URI:spiffe://example/prometheus',
    );
    const foreign = makeAuthority();
    stranger = foreign.sign('stranger', 'DNS:prometheus.example.org');
    foreign.remove();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(webs.splice(0).map((web) => web.stop()));
  });
  afterAll(() => authority?.remove());

  const tlsOf = (differences: Partial<WebTls> = {}, signed: Signed = server): WebTls => ({
    cert: signed.cert,
    key: new Secret(signed.key),
    expiresAt: 0,
    clientAuthType: 'NoClientCert',
    clientCa: undefined,
    clientAllowedSans: [],
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: undefined,
    curves: undefined,
    preferServerCiphers: true,
    ...differences,
  });
  const withTls = (differences: Partial<WebTls> = {}, signed?: Signed): WebAccess => ({
    ...OPEN_ACCESS,
    tls: tlsOf(differences, signed),
  });

  async function serve(access: WebAccess): Promise<{ web: Web; port: number }> {
    const web = createWeb(webOptions({ access }));
    webs.push(web);
    return { web, port: (await web.start()).port };
  }

  /** One request over TLS: the status, or the code of what went wrong. */
  function get(port: number, options: object = {}, headers: object = {}): Promise<number | string> {
    const all = {
      host: '127.0.0.1',
      port,
      path: '/-/healthy',
      ca: authority.ca,
      agent: false,
      timeout: 10_000,
    };
    return new Promise((resolve) => {
      const sent = request({ ...all, ...options, headers: { ...headers } }, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      });
      sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      sent.end();
    });
  }
  const plain = (port: number, path = '/metrics', headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers, signal: AbortSignal.timeout(20_000) });

  test('with a password: everything is behind it, also what does not exist, and says how to log in', async () => {
    const { port } = await serve({ ...OPEN_ACCESS, users });
    const incidents = ['/incidents/5f0c2a01', '/incidents/5f0c2a01.md', '/incidents/%00'];
    for (const path of [
      '/',
      '/metrics',
      '/-/healthy',
      '/-/ready',
      '/api/v1/report',
      '/nothing',
      ...incidents,
    ]) {
      const response = await plain(port, path);
      expect(response.status, path).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Basic realm="pgvigil", charset="UTF-8"');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await response.text()).toMatch(/^Log in/);
    }
    expect((await plain(port, '/metrics', OURS)).status).toBe(200);
    expect((await plain(port, '/nothing', OURS)).status).toBe(404);
    expect((await plain(port, '/metrics', { authorization: basic('prometheus', 'wrong') })).status).toBe(401);
    expect((await plain(port, '/metrics', { authorization: basic('nobody', 'sesame') })).status).toBe(401);
    const { output } = await run({
      command: program('curl'),
      args: [
        '-s',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        '-u',
        'prometheus:sesame',
        `http://127.0.0.1:${port}/metrics`,
      ],
    });
    expect(output).toBe('200');
  });

  test('a name that does not exist takes as long as one that does', { timeout: 120_000 }, async () => {
    const { port } = await serve({ ...OPEN_ACCESS, users });
    await plain(port, '/metrics', { authorization: basic('prometheus', 'first') });
    const took: Record<string, number[]> = { prometheus: [], nobody: [] };
    const timed = async (user: string, round: number): Promise<void> => {
      const startedAt = performance.now();
      // Another password each time, for what was judged is remembered.
      await plain(port, '/-/healthy', { authorization: basic(user, `guess ${user} ${round}`) });
      took[user]?.push(performance.now() - startedAt);
    };
    for (let round = 0; round < 12; round++) {
      // In turns, so that whatever else happens on this machine happens to both.
      for (const user of round % 2 ? ['nobody', 'prometheus'] : ['prometheus', 'nobody'])
        await timed(user, round);
    }
    // The quickest says what the work is; without it a refusal is a hundred times quicker.
    const [known, unknown] = [Math.min(...(took['prometheus'] ?? [])), Math.min(...(took['nobody'] ?? []))];
    expect(known).toBeGreaterThan(20);
    expect(unknown / known, `known ${known} ms, unknown ${unknown} ms`).toBeGreaterThan(0.7);
    expect(unknown / known, `known ${known} ms, unknown ${unknown} ms`).toBeLessThan(1.4);
  });

  test('who guesses keeps neither scrapes nor the process waiting', { timeout: 60_000 }, async () => {
    const { port } = await serve({ ...OPEN_ACCESS, users });
    expect((await plain(port, '/metrics', OURS)).status).toBe(200);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const guesses = Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const response = await plain(port, '/metrics', {
          authorization: basic('prometheus', `guess ${index}`),
        });
        return response.status;
      }),
    );
    const scrapes: number[] = [];
    for (let time = 0; time < 10; time++) {
      const startedAt = performance.now();
      expect((await plain(port, '/metrics', OURS)).status).toBe(200);
      scrapes.push(performance.now() - startedAt);
    }
    const statuses = await guesses;
    delay.disable();
    // From one place: one under way, two that wait, the others are told to come again.
    expect(new Set(statuses)).toEqual(new Set([401, 503]));
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(20);
    expect(Math.min(...scrapes)).toBeLessThan(50);
    // A hash on the event loop would stop it for as long as a hash takes, each time.
    expect(delay.percentile(50) / 1e6).toBeLessThan(40);
  });

  test('a limit answers 429, and headers of the file replace those of the same name only', async () => {
    const headers = { 'x-frame-options': 'sameorigin', 'strict-transport-security': 'max-age=1' };
    const { port } = await serve({ ...OPEN_ACCESS, headers, rateLimit: { intervalMs: 60_000, burst: 3 } });
    const answers = [];
    for (let time = 0; time < 5; time++) answers.push(await plain(port));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    for (const { headers: sent } of answers) {
      expect(sent.get('x-frame-options')).toBe('sameorigin');
      expect(sent.get('strict-transport-security')).toBe('max-age=1');
      expect(sent.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('over TLS: versions and suites are kept to, and plain HTTP gets no answer from behind it', async () => {
    const { port } = await serve(withTls({ minVersion: 'TLSv1.3' }));
    expect(await get(port)).toBe(200);
    expect(await get(port, { maxVersion: 'TLSv1.2' })).toMatch(/PROTO|ECONNRESET/);
    expect(await get(port, { ca: undefined })).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
    const spoken = await plain(port).then(
      ({ status }) => status,
      () => 'nothing',
    );
    expect([400, 'nothing']).toContain(spoken);
    const { output } = await run({
      command: program('curl'),
      args: [
        '-s',
        '--cacert',
        authority.caFile,
        '-w',
        '%{http_code} %{ssl_verify_result}',
        `https://localhost:${port}/-/healthy`,
      ],
    });
    expect(output).toMatch(/200 0$/);
    const suites = await serve(withTls({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }));
    const socket = await handshake(suites.port, {});
    expect(socket.getCipher().name).toBe('ECDHE-ECDSA-AES256-GCM-SHA384');
  });

  async function handshake(port: number, options: object): Promise<TLSSocket> {
    const socket = connect({ host: '127.0.0.1', port, ca: authority.ca, ...options });
    sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return socket;
  }

  const AUTH_TYPES: readonly [WebTls['clientAuthType'], none: boolean, ours: boolean, theirs: boolean][] = [
    ['NoClientCert', true, true, true],
    ['RequestClientCert', true, true, true],
    ['RequireAnyClientCert', false, true, true],
    ['VerifyClientCertIfGiven', true, true, false],
    ['RequireAndVerifyClientCert', false, true, false],
  ];
  test.each(AUTH_TYPES)(
    '%s: without a certificate %s, with ours %s, with one of another authority %s',
    async (clientAuthType, ...welcome) => {
      const clientCa = clientAuthType.includes('Verify') ? authority.ca : undefined;
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const { port } = await serve(withTls({ clientAuthType, clientCa, maxVersion }));
        const shown = [
          {},
          { cert: client.cert, key: client.key },
          { cert: stranger.cert, key: stranger.key },
        ];
        const answers = [];
        for (const certificate of shown) answers.push((await get(port, certificate)) === 200);
        expect(answers, maxVersion).toEqual(welcome);
      }
    },
  );

  test.each([
    ['prometheus.example.org', true],
    ['192.0.2.7', true],
    ['ops@example.org', true],
    ['spiffe://example/prometheus', true],
    ['example.org', false],
    ['client', false],
    ['192.0.2.8', false],
    ['spiffe://example/prom', false],
    ['*.example.org', false],
  ])('a client for %s: %s', async (name, isAllowed) => {
    const { port } = await serve(
      withTls({
        clientAuthType: 'RequireAndVerifyClientCert',
        clientCa: authority.ca,
        clientAllowedSans: ['nobody', name],
      }),
    );
    expect((await get(port, { cert: client.cert, key: client.key })) === 200).toBe(isAllowed);
  });

  test('a client that takes up its session again is who it was', async () => {
    const { port } = await serve(
      withTls({
        clientAuthType: 'RequireAndVerifyClientCert',
        clientCa: authority.ca,
        clientAllowedSans: ['192.0.2.7'],
      }),
    );
    const agent = new Agent({ keepAlive: false, maxCachedSessions: 10 });
    const shown = { cert: client.cert, key: client.key, agent, servername: 'localhost' };
    for (let time = 0; time < 3; time++) expect(await get(port, shown)).toBe(200);
    agent.destroy();
  });

  test('a renewed certificate is shown to the next client, and no request is lost meanwhile', async () => {
    const { web, port } = await serve(withTls());
    const before = (await handshake(port, {})).getPeerX509Certificate()?.fingerprint256;
    const renewed = authority.sign('renewed', 'DNS:localhost,IP:127.0.0.1');
    let isOver = false;
    const statuses: (number | string)[] = [];
    const asking = (async () => {
      while (!isOver) statuses.push(await get(port));
    })();
    for (let time = 0; time < 5; time++) await web.apply(withTls({}, time % 2 === 0 ? renewed : server));
    isOver = true;
    await asking;
    expect(new Set(statuses)).toEqual(new Set([200]));
    const after = (await handshake(port, {})).getPeerX509Certificate()?.fingerprint256;
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });

  test('TLS, clients and users change while it runs, at the same address', async () => {
    const { web, port } = await serve(OPEN_ACCESS);
    expect((await plain(port)).status).toBe(200);
    await web.apply(withTls());
    expect(await get(port)).toBe(200);
    await web.apply(withTls({ clientAuthType: 'RequireAndVerifyClientCert', clientCa: authority.ca }));
    expect(await get(port)).not.toBe(200);
    expect(await get(port, { cert: client.cert, key: client.key })).toBe(200);
    await web.apply({ ...OPEN_ACCESS, users });
    expect((await plain(port)).status).toBe(401);
    expect((await plain(port, '/metrics', OURS)).status).toBe(200);
    await web.apply({ ...OPEN_ACCESS, users: new Map([['prometheus', new Secret(hashSync('another', 4))]]) });
    expect((await plain(port, '/metrics', OURS)).status).toBe(401);
  });

  test('what changes before it listens is in force when it does, and a stop ends what is changing', async () => {
    const web = createWeb(webOptions({ access: OPEN_ACCESS }));
    webs.push(web);
    await web.apply(withTls());
    const { port } = await web.start();
    expect(await get(port)).toBe(200);
    const changing = web.apply(OPEN_ACCESS);
    await web.stop();
    await changing;
    expect(await get(port)).toBe('ECONNREFUSED');
    await expect(plain(port)).rejects.toThrow();
  });

  test('handshakes that are begun and idle connections are closed in time, and scrapes go on', {
    timeout: 60_000,
  }, async () => {
    const { port } = await serve(withTls());
    const startedAt = performance.now();
    const closedAfterMs: number[] = [];
    const hold = (socket: Socket): void => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => closedAfterMs.push(performance.now() - startedAt));
    };
    // Nothing is said at all, or only the beginning of a handshake.
    for (let index = 0; index < 500; index++) {
      const socket = connectPlain(port, '127.0.0.1');
      if (index % 2) socket.write(Buffer.from('1603010200010001fc0303', 'hex'));
      hold(socket);
    }
    for (let time = 0; time < 5; time++) {
      const askedAt = performance.now();
      expect(
        await waitFor('a scrape', 5_000, async () => ((await get(port)) === 200 ? true : undefined), 20),
      ).toBe(true);
      expect(performance.now() - askedAt).toBeLessThan(5_000);
    }
    await waitFor('all are closed', 15_000, async () => (closedAfterMs.length === 500 ? true : undefined));
    expect(Math.max(...closedAfterMs)).toBeLessThan(8_000);
  });
});
