import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadWebFile } from '../../src/config/load-web-file.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { type Authority, makeAuthority, type Signed } from '../kit/authority.ts';
import { ROOT } from '../kit/bundle.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';

const DAY = 86_400_000;

describeWith(['openssl'], 'certificates of a web file', () => {
  let authority: Authority;
  let server: Signed;
  let other: Signed;
  beforeAll(() => {
    authority = makeAuthority();
    server = authority.sign('server', 'DNS:localhost,IP:127.0.0.1');
    other = authority.sign('other', 'DNS:localhost');
    const file = (name: string, text: string) => writeFileSync(join(authority.directory, name), text);
    file('cut.crt', server.cert.slice(0, 300));
    file('broken.crt', server.cert.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
    file('cut.key', server.key.slice(0, 60));
    file('locked.key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n');
    file('empty.crt', '\n');
    file('chain.crt', `${server.cert}${authority.ca}`);
  });
  afterAll(() => authority.remove());

  const load = (tls: Record<string, unknown>, now = Date.now()) => {
    const file = join(authority.directory, 'web.yml');
    writeFileSync(file, JSON.stringify({ tls_server_config: tls }));
    return loadWebFile(file, '/', now);
  };
  const pair = { cert_file: 'server.crt', key_file: 'server.key' };

  test('are read beside the file, with the time of their end', () => {
    const loaded = load({ ...pair, cert_file: 'chain.crt', min_version: 'TLS13' });
    if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
    const { tls } = loaded.config;
    expect(tls?.minVersion).toBe('TLSv1.3');
    // The server's is the first of the two to end.
    expect(tls?.expiresAt).toBeGreaterThan(Date.now() + 19 * DAY);
    expect(tls?.expiresAt).toBeLessThan(Date.now() + 21 * DAY);
    expect(JSON.stringify(loaded.config)).not.toContain('PRIVATE KEY');
    expect(loaded.read.map(({ path }) => path.split('/').at(-1))).toEqual([
      'web.yml',
      'chain.crt',
      'server.key',
    ]);
  });

  test('may stand in the file itself', () => {
    expect(load({ cert: server.cert, key: server.key }).ok).toBe(true);
  });

  test('that have expired are served, with a warning', () => {
    const loaded = load(pair, Date.now() + 40 * DAY);
    expect(loaded.ok && loaded.warnings.map(formatProblem).join()).toMatch(/cert_file: has expired/);
  });

  test('suites and curves have the names of OpenSSL in the end', () => {
    const loaded = load({
      ...pair,
      cipher_suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
      curve_preferences: ['X25519', 'CurveP256'],
    });
    expect(loaded.ok && loaded.config.tls?.ciphers).toMatch(/:ECDHE-ECDSA-AES128-GCM-SHA256$/);
    expect(loaded.ok && loaded.config.tls?.curves).toBe('X25519:prime256v1');
  });

  test.each([
    [
      'no such file',
      { ...pair, cert_file: 'none.crt' },
      /cert_file: cannot read the file named here \(ENOENT\)/,
    ],
    ['an empty file', { ...pair, cert_file: 'empty.crt' }, /cert_file: .*is empty/],
    ['a certificate that is cut off', { ...pair, cert_file: 'cut.crt' }, /cert_file: holds no certificate/],
    [
      'a certificate that is damaged',
      { ...pair, cert_file: 'broken.crt' },
      /cert_file: holds a certificate that cannot be read/,
    ],
    ['a key in its place', { ...pair, cert_file: 'server.key' }, /cert_file: holds no certificate/],
    ['a key that is cut off', { ...pair, key_file: 'cut.key' }, /key_file: holds no private key/],
    ['a key with a passphrase', { ...pair, key_file: 'locked.key' }, /key_file: has a passphrase/],
    ['the key of another', { ...pair, key_file: 'other.key' }, /key_file: is not the key of the certificate/],
    ['a certificate given twice', { ...pair, cert: 'x' }, /cert: is given twice/],
    [
      'verification without an authority',
      { ...pair, client_auth_type: 'RequireAndVerifyClientCert' },
      /needs `client_ca_file`/,
    ],
    [
      'an authority for nothing',
      { ...pair, client_ca_file: 'ca.crt' },
      /client_ca_file: has no effect without/,
    ],
    [
      'names that nobody checks',
      { ...pair, client_allowed_sans: ['a'], client_auth_type: 'RequireAnyClientCert' },
      /believed unchecked/,
    ],
    [
      'versions the wrong way round',
      { ...pair, min_version: 'TLS13', max_version: 'TLS12' },
      /max_version: is below/,
    ],
  ])('%s is refused', (_, tls, expected) => {
    const loaded = load(tls);
    const text = loaded.ok ? '' : loaded.problems.map(formatProblem).join('\n');
    expect(text).toMatch(expected);
    expect(text).not.toContain(other.key.split('\n')[1]);
  });
});

describeWith(['openssl', 'prometheus'], 'the example of a web file', () => {
  test('is one that Prometheus takes too', async () => {
    const authority = makeAuthority();
    try {
      const { cert, key } = authority.sign('server', 'DNS:localhost');
      const file = (name: string, text: string) => writeFileSync(join(authority.directory, name), text);
      file('web.crt', cert);
      file('web.key', key);
      const example = readFileSync(join(ROOT, 'pgvigil-web.example.yml'), 'utf8');
      file('web.yml', example);
      const path = join(authority.directory, 'web.yml');
      const loaded = loadWebFile(path, '/', Date.now());
      expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).toEqual([]);
      const { code, output } = await run({
        command: program('promtool'),
        args: ['check', 'web-config', path],
      });
      expect(code, output).toBe(0);
    } finally {
      authority.remove();
    }
  });
});
