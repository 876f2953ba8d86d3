import { chmodSync, chownSync, copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority, type Signed } from '../../kit/authority.ts';
import { makeCertificate } from '../../kit/certificate.ts';
import type { Postgres } from '../../kit/postgres.ts';
import type { Fault } from '../harness/fault.ts';
import type { Stage } from '../harness/stage.ts';
import { endure, forbidLoss, QUICK } from '../harness/trouble.ts';

const HERE = 'IP:127.0.0.1';

/** Gives the server this certificate, for connections from now on. */
async function present(
  postgres: Postgres,
  { certFile, keyFile }: Pick<Signed, 'certFile' | 'keyFile'>,
): Promise<void> {
  const { uid, gid } = statSync(postgres.dataDirectory);
  for (const [file, name] of [
    [certFile, 'server.crt'],
    [keyFile, 'server.key'],
  ] as const) {
    const target = join(postgres.dataDirectory, name);
    copyFileSync(file, target);
    chmodSync(target, 0o600);
    chownSync(target, uid, gid);
  }
  await reload(postgres, 'on');
}

async function reload(postgres: Postgres, ssl: 'on' | 'off'): Promise<void> {
  await postgres.query(`ALTER SYSTEM SET ssl = ${ssl}`);
  await postgres.query('SELECT pg_reload_conf()');
}

/** Plays a server that had a good certificate, until `spoil`; the log has to name `code`. */
async function playTls(
  stage: Stage,
  code: string,
  spoil: (postgres: Postgres, authority: ReturnType<typeof makeAuthority>) => Promise<void>,
): Promise<string> {
  const authority = makeAuthority();
  stage.undo(authority.remove);
  const { postgres, entry, backends, isWell } = await stage.postgres();
  const good = authority.sign('good', HERE);
  await present(postgres, good);
  const tls = { mode: 'verify-full', ca_file: authority.caFile };
  const vigil = await stage.watch({ ...QUICK, servers: [{ ...entry, tls }] }, { backends, calm: isWell });
  forbidLoss(vigil);
  const seen = await endure(vigil, isWell, {
    state: 'blind',
    reason: 'tls',
    begin: () => spoil(postgres, authority),
    end: () => present(postgres, good),
  });
  if (!vigil.exporter.running().output().includes(code)) throw new Error(`${code} is nowhere in the log`);
  return `${seen}: ${code}`;
}

/** Certificates that must not be believed. */
export const TLS: readonly Fault[] = [
  {
    row: 25,
    name: 'the certificate has signed itself',
    needs: ['openssl', 'postgres'],
    play: (stage) =>
      playTls(stage, 'DEPTH_ZERO_SELF_SIGNED_CERT', async (postgres, { directory }) => {
        makeCertificate(directory, 'itself', HERE);
        await present(postgres, {
          certFile: join(directory, 'itself.crt'),
          keyFile: join(directory, 'itself.key'),
        });
      }),
  },
  {
    row: 25,
    name: 'the certificate is for another host',
    needs: ['openssl', 'postgres'],
    play: (stage) =>
      playTls(stage, 'ERR_TLS_CERT_ALTNAME_INVALID', (postgres, authority) =>
        present(postgres, authority.sign('elsewhere', 'DNS:elsewhere.example')),
      ),
  },
  {
    row: 25,
    name: 'the certificate has expired',
    needs: ['openssl', 'postgres'],
    play: (stage) =>
      playTls(stage, 'CERT_HAS_EXPIRED', (postgres, authority) =>
        present(postgres, authority.sign('expired', HERE, -1)),
      ),
  },
  {
    row: 25,
    name: 'the server has no TLS any more',
    needs: ['openssl', 'postgres'],
    play: (stage) =>
      playTls(stage, 'no encrypted connection can be made', (postgres) => reload(postgres, 'off')),
  },
];
