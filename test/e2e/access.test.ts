import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Authority, makeAuthority } from '../kit/authority.ts';
import { ensureBuilt } from '../kit/build.ts';
import { makeWorkspace, ROOT, type Workspace } from '../kit/bundle.ts';
import { MAIN } from '../kit/exporter.ts';
import { describeWith, program } from '../kit/needs.ts';
import { freePort } from '../kit/ports.ts';
import { type Running, run, start } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';

const CANARY = 'C4n4ry-password';
const LOGIN = { authorization: `Basic ${Buffer.from(`prometheus:${CANARY}`).toString('base64')}` };

describeWith(['openssl', 'prometheus'], 'pgvigil serve --web.config.file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-access-'));
  const path = (name: string): string => join(directory, name);
  let authority: Authority;
  let running: Running;
  let workspace: Workspace;
  let port: number;
  const hash = hashSync(CANARY, 10);
  const web = {
    tls_server_config: { cert_file: './web.crt', key_file: './web.key' },
    basic_auth_users: { prometheus: hash },
  };
  /** As somebody who is careful does: never half a file. */
  const put = (name: string, text: string): void => {
    writeFileSync(path(`${name}.new`), text);
    renameSync(path(`${name}.new`), path(name));
  };
  const pgvigil = (...args: readonly string[]) =>
    run({
      command: process.execPath,
      args: [MAIN, ...args],
      env: { PATH: process.env['PATH'] },
      cwd: directory,
    });

  beforeAll(async () => {
    await ensureBuilt();
    authority = makeAuthority();
    port = await freePort();
    workspace = await makeWorkspace('access');
    sign('first');
    put('web.yml', stringify(web));
    put(
      'pgvigil.yml',
      stringify({
        // Nobody listens there: whether a database can be reached is not the question.
        servers: [
          { name: 'main', url: 'postgres://nobody@127.0.0.1:1/postgres', databases: { expect: ['shop'] } },
        ],
        docker: false,
        state: { directory: path('state') },
        web: { listen_address: `127.0.0.1:${port}` },
      }),
    );
    running = await start({
      command: process.execPath,
      args: [MAIN, 'serve', '--web.config.file', 'web.yml'],
      env: { PATH: process.env['PATH'] },
      cwd: directory,
    });
    await waitFor('pgvigil is ready', 30_000, async () =>
      (await get('/-/ready')).status === 200 ? true : undefined,
    );
  });
  afterAll(async () => {
    await running?.stop();
    await workspace?.remove();
    authority?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  function sign(name: string): void {
    const { cert, key } = authority.sign(name, 'DNS:localhost,IP:127.0.0.1', name === 'first' ? 10 : 20);
    put('web.key', key);
    put('web.crt', cert);
  }

  function get(
    url: string,
    headers: object = LOGIN,
  ): Promise<{ status: number; text: string; until: number }> {
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port,
        path: url,
        ca: authority.ca,
        agent: false,
        headers: { ...headers },
      };
      const sent = request({ ...options, timeout: 5_000 }, (response) => {
        const until = Date.parse(
          (response.socket as unknown as { getPeerCertificate(): { valid_to: string } }).getPeerCertificate()
            .valid_to,
        );
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text, until }));
      });
      sent.once('error', reject);
      sent.end();
    });
  }
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (.+)$`, 'm').exec((await get('/metrics')).text)?.[1]);
  const SUCCESSFUL = 'pgvigil_web_config_last_reload_successful';
  const EXPIRY = 'pgvigil_web_certificate_expiry_timestamp_seconds';

  test('asks for the password, tells when its certificate expires, and gives its address as https', async () => {
    expect((await get('/-/healthy', {})).status).toBe(401);
    const { status, until } = await get('/metrics');
    expect(status).toBe(200);
    expect(await metric(SUCCESSFUL)).toBe(1);
    expect(await metric(EXPIRY)).toBe(until / 1000);
    expect(running.output()).toContain(`https://127.0.0.1:${port}`);
  });

  test('is read by a Prometheus that has the authority and the password', { timeout: 60_000 }, async () => {
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [
        {
          job_name: 'pgvigil',
          scheme: 'https',
          tls_config: { ca_file: authority.caFile },
          basic_auth: { username: 'prometheus', password_file: await workspace.write('password', CANARY) },
          static_configs: [{ targets: [`127.0.0.1:${port}`] }],
        },
      ],
    };
    const ownPort = await freePort();
    const prometheus = await start({
      command: program('prometheus'),
      args: [
        `--config.file=${await workspace.write('prometheus.yml', stringify(config))}`,
        `--storage.tsdb.path=${workspace.directory}/data`,
        `--web.listen-address=127.0.0.1:${ownPort}`,
        '--log.level=warn',
      ],
    });
    try {
      await waitFor('it is scraped', 40_000, async () => {
        const response = await fetch(`http://127.0.0.1:${ownPort}/api/v1/query?query=up`);
        const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
        return data.result[0]?.value[1] === '1' || undefined;
      });
    } finally {
      await prometheus.stop();
    }
  });

  test('status needs no password on the host itself', async () => {
    const { code, output } = await pgvigil('status', '--json');
    expect([0, 1], output).toContain(code);
    expect(JSON.parse(output)).toMatchObject({ servers: [{ name: 'main' }] });
    const other = await pgvigil('status', '--url', `http://127.0.0.1:${port}`);
    expect(other.code).toBe(2);
  });

  test('healthchecks need none either: that of the image, and that of the guide', async () => {
    const [, ofImage] =
      /^HEALTHCHECK .+\n\s+(".+")\]$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
    const code = JSON.parse(ofImage ?? '""') as string;
    expect(code).toContain('10187');
    const asked = async (at: number) =>
      (await run({ command: process.execPath, args: ['-e', code.replace('10187', String(at))] })).code;
    expect(await asked(port)).toBe(0);
    expect(await asked(await freePort())).toBe(1);
    const [, ofGuide] =
      /CMD-SHELL, '(.+)'\]$/m.exec(readFileSync(join(ROOT, 'docs/access.md'), 'utf8')) ?? [];
    const command = (ofGuide ?? '').replace('$$', '$').replace('pgvigil', `${process.execPath} ${MAIN}`);
    expect((await run({ command: '/bin/sh', args: ['-c', command], cwd: directory })).code).toBe(0);
    expect((await run({ command: '/bin/sh', args: ['-c', command], cwd: tmpdir() })).code).not.toBe(0);
  });

  test('a renewed certificate is taken by itself', { timeout: 40_000 }, async () => {
    const before = await metric(EXPIRY);
    sign('second');
    await waitFor('the new one is shown', 20_000, async () => {
      const { until } = await get('/-/healthy');
      return until / 1000 > before || undefined;
    });
    await waitFor('and told', 10_000, async () => (await metric(EXPIRY)) > before || undefined);
  });

  test.each([
    ['a certificate that is cut off', 'web.crt', (text: string) => text.slice(0, 200)],
    ['a key of another certificate', 'web.key', () => authority.sign('stranger', 'DNS:x').key],
    ['a file that is no YAML', 'web.yml', (text: string) => `${text}\n  - [`],
    ['a file with an unknown key', 'web.yml', (text: string) => `${text}\ntls: {}\n`],
    ['a file that is gone', 'web.yml', () => undefined],
  ])(
    '%s leaves the last good one in force, and a metric says so',
    { timeout: 60_000 },
    async (_, name, spoil) => {
      const good = readFileSync(path(name), 'utf8');
      const spoilt = spoil(good);
      if (spoilt === undefined) rmSync(path(name));
      else put(name, spoilt);
      await waitFor('the metric says so', 20_000, async () => (await metric(SUCCESSFUL)) === 0 || undefined);
      expect((await get('/metrics')).status).toBe(200);
      expect((await get('/metrics', {})).status).toBe(401);
      const checked = await pgvigil('check-config', '--web.config.file', 'web.yml');
      expect(checked.code).toBe(2);
      expect(checked.output).toMatch(/^web\.yml/m);
      put(name, good);
      // Asked for, it happens at once.
      running.signal('SIGHUP');
      await waitFor('it is good again', 20_000, async () => (await metric(SUCCESSFUL)) === 1 || undefined);
    },
  );

  test('check-config shows what is in force, without secrets', async () => {
    const { code, output } = await pgvigil('check-config', '--web.config.file', 'web.yml');
    expect(code, output).toBe(0);
    expect(output).toContain('certificate_expires:');
    expect(output).not.toContain(hash.slice(0, 20));
  });

  test('serve with a bad file ends at once and says where it is wrong', async () => {
    writeFileSync(path('bad.yml'), 'basic_auth_users:\n  prometheus: plain\n');
    const { code, output } = await pgvigil('serve', '--web.config.file', 'bad.yml');
    expect(code).toBe(2);
    expect(output).toMatch(/bad\.yml:2:15: basic_auth_users: is no bcrypt hash/);
  });

  test('a user who is taken away is out, and neither password nor hash was ever written', {
    timeout: 40_000,
  }, async () => {
    put('web.yml', stringify({ ...web, basic_auth_users: { somebody: hash } }));
    await waitFor('the old name is refused', 20_000, async () =>
      (await get('/metrics')).status === 401 ? true : undefined,
    );
    const { output } = running;
    expect(output()).not.toContain(CANARY);
    expect(output()).not.toContain(hash.slice(7, 40));
    expect(output()).not.toContain('PRIVATE KEY');
  });
});
