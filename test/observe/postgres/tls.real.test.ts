import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TlsConfig } from '../../../src/model/config.ts';
import { Secret } from '../../../src/model/secret.ts';
import { makeCertificate } from '../../kit/certificate.ts';
import { type Postgres, startPostgres, testVersions } from '../../kit/postgres.ts';
import { watchPostgres } from '../../kit/postgres-watch.ts';

describe.each(testVersions())('TLS to PostgreSQL %i', (version) => {
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-tls-'));
  let server: Postgres;

  const certificate = (name: string, subject: string) => makeCertificate(directory, name, subject);
  const install = (name: string): void => {
    const { uid, gid } = statSync(server.dataDirectory);
    for (const kind of ['key', 'crt']) {
      const target = join(server.dataDirectory, `server.${kind}`);
      copyFileSync(join(directory, `${name}.${kind}`), target);
      chmodSync(target, 0o600);
      chownSync(target, uid, gid);
    }
  };
  const verdict = async (tls: Partial<TlsConfig>, host = '127.0.0.1'): Promise<string> => {
    const whole: TlsConfig = { mode: 'verify-full', ca: undefined, cert: undefined, key: undefined, ...tls };
    const watched = watchPostgres(server.config({ host, tls: whole, password: new Secret('C4n4ry') }));
    await watched.until(() => watched.server() !== 'nothing yet');
    expect(`${JSON.stringify(watched.view())}${watched.logged()}`).not.toMatch(/C4n4ry|PRIVATE KEY/);
    expect(await watched.stop()).toBeLessThan(1000);
    return watched.server();
  };

  beforeAll(async () => {
    server = await startPostgres({ version });
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(directory, { recursive: true });
  });

  test('a server without TLS, then one with it', async () => {
    expect(await verdict({})).toBe('tls');
    expect(await verdict({ mode: 'no-verify' })).toBe('tls');
    const good = certificate('good', 'IP:127.0.0.1,DNS:localhost');
    install('good');
    await server.query('ALTER SYSTEM SET ssl = on');
    await server.setHba(['hostssl all all 127.0.0.1/32 trust']);
    expect(await verdict({ mode: 'disable' })).toBe('access_denied');
    expect(await verdict({ mode: 'no-verify' })).toBe('seen');
    expect(await verdict({})).toBe('tls');
    expect(await verdict({ ca: good.cert })).toBe('seen');
    expect(await verdict({ ca: good.cert }, 'localhost')).toBe('seen');
    // A client certificate that nobody asked for does no harm.
    expect(await verdict({ ca: good.cert, cert: good.cert, key: new Secret(good.key) })).toBe('seen');
    // TLS is for the network: over the unix socket it is not asked for.
    expect(await verdict({}, server.socketDirectory)).toBe('seen');

    const elsewhere = certificate('elsewhere', 'DNS:elsewhere.example');
    install('elsewhere');
    await server.query('SELECT pg_reload_conf()');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await verdict({ ca: elsewhere.cert })).toBe('tls');
    expect(await verdict({ ca: good.cert })).toBe('tls');
  });
});
