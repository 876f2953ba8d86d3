import { describe, expect, test } from 'vitest';
import { defaultMode } from '../../src/config/tls.ts';
import { parseText, warningsOf } from '../kit/config.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';

describe('the TLS mode of a host that says none', () => {
  test.each([
    ['/var/run/postgresql', 'disable'],
    ['localhost', 'disable'],
    ['LOCALHOST', 'disable'],
    ['pg.localhost', 'disable'],
    ['127.0.0.1', 'disable'],
    ['127.1.2.3', 'disable'],
    ['::1', 'disable'],
    ['0:0:0:0:0:0:0:1', 'disable'],
    ['::ffff:127.0.0.1', 'disable'],
    ['host.docker.internal', 'disable'],
    ['simfab-db', 'disable'],
    ['db.example.com', 'verify-full'],
    ['10.0.0.5', 'verify-full'],
    ['::2', 'verify-full'],
    ['2001:db8::1', 'verify-full'],
    ['::ffff:10.0.0.1', 'verify-full'],
  ])('%s: %s', (host, mode) => {
    expect(defaultMode(host)).toBe(mode);
  });
});

describe('tls of a server', () => {
  const parse = (url: string, tls: string) =>
    parseText(`servers:\n  - name: a\n    url: ${url}\n    tls: ${tls}\n`, {
      files: { '/ca': CERTIFICATE, '/cert': CERTIFICATE, '/key': KEY },
    });

  test('reads the files; the key is a secret', () => {
    const parsed = parse('postgres://db.example.com', '{ ca_file: /ca, cert_file: /cert, key_file: /key }');
    if (!parsed.ok) throw new Error('not parsed');
    const tls = parsed.config.servers[0]?.tls;
    expect(tls).toMatchObject({ mode: 'verify-full', ca: CERTIFICATE, cert: CERTIFICATE });
    expect(tls?.key?.reveal()).toBe(KEY);
    expect(JSON.stringify(tls)).not.toContain('PRIVATE');
  });

  test('a certificate to trust asks for full verification even where none is the default', () => {
    const parsed = parse('postgres://db', '{ ca_file: /ca }');
    expect(parsed.ok && parsed.config.servers[0]?.tls.mode).toBe('verify-full');
  });

  test('an explicit mode wins over the default', () => {
    const parsed = parse('postgres://db.example.com', '{ mode: disable }');
    expect(parsed).toMatchObject({ ok: true, warnings: [] });
    expect(parsed.ok && parsed.config.servers[0]?.tls.mode).toBe('disable');
  });

  test('files without effect are a warning', () => {
    expect(warningsOf(parse('postgres://db', '{ mode: disable, ca_file: /ca }'))).toEqual([
      '4:36: servers[0].tls.ca_file: has no effect while `mode` is `disable`',
    ]);
    expect(warningsOf(parse('postgres://db', '{ mode: no-verify, ca_file: /ca }'))).toHaveLength(1);
  });
});
