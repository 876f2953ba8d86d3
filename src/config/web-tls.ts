import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Secret } from '../model/secret.ts';
import type { WebTls } from '../model/web-access.ts';
import { type FileDeps, readGiven } from './given-files.ts';
import type { Path, Report } from './problem.ts';
import { CIPHER_SUITES, CURVES, TLS_VERSIONS } from './web-file-names.ts';
import type { TlsInput } from './web-file-schema.ts';

interface Context {
  readonly files: FileDeps;
  readonly now: number;
  readonly problem: Report;
  readonly warning: Report;
}

const AT: Path = ['tls_server_config'];
const CERTIFICATES = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Reads the files of `tls_server_config` and checks that they belong together; `undefined` where something is wrong. */
export function buildTls(tls: TlsInput, context: Context): WebTls | undefined {
  const { problem } = context;
  const cert = pemOf(tls, 'cert', context, true);
  const key = pemOf(tls, 'key', context, true);
  const clientCa = pemOf(tls, 'client_ca', context, false);
  const chain = cert === undefined ? undefined : certificatesOf(cert, 'cert', tls, context);
  if (clientCa !== undefined) certificatesOf(clientCa, 'client_ca', tls, context);
  if (key !== undefined) checkKey(key, chain?.[0], tls, problem);
  checkClients(tls, context);
  if (TLS_VERSIONS[tls.max_version] < TLS_VERSIONS[tls.min_version])
    problem([...AT, 'max_version'], 'is below `min_version`: no client could connect');
  if (cert === undefined || key === undefined || chain === undefined) return undefined;
  return {
    cert,
    key: new Secret(key),
    expiresAt: Math.min(...chain.map(({ validTo }) => Date.parse(validTo))),
    clientAuthType: tls.client_auth_type,
    clientCa,
    clientAllowedSans: tls.client_allowed_sans,
    minVersion: TLS_VERSIONS[tls.min_version],
    maxVersion: TLS_VERSIONS[tls.max_version],
    ciphers: ciphersOf(tls),
    curves: tls.curve_preferences.map((name) => CURVES[name]).join(':') || undefined,
    preferServerCiphers: tls.prefer_server_cipher_suites,
  };
}

/** Those of TLS 1.3 stay as they are: Node.js takes them from the same list. */
function ciphersOf({ cipher_suites: written }: TlsInput): string | undefined {
  const chosen = written.flatMap((name) =>
    name in CIPHER_SUITES ? [CIPHER_SUITES[name as keyof typeof CIPHER_SUITES]] : [],
  );
  if (chosen.length === 0) return undefined;
  return [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    ...new Set(chosen),
  ].join(':');
}

type Pem = 'cert' | 'key' | 'client_ca';

/** The key under which the text or its file was given, for a problem to point at. */
const writtenAt = (name: Pem, tls: TlsInput): Path => [
  ...AT,
  tls[`${name}_file`] === undefined ? name : `${name}_file`,
];

function pemOf(tls: TlsInput, name: Pem, { files, problem }: Context, isNeeded: boolean): string | undefined {
  const inline = tls[name];
  const file = tls[`${name}_file`];
  if (inline !== undefined && file !== undefined) {
    problem([...AT, name], `is given twice: keep this or \`${name}_file\``, 'key');
    return undefined;
  }
  if (file !== undefined)
    return readGiven(file, files, (message) => problem([...AT, `${name}_file`], message));
  if (inline === undefined && isNeeded)
    problem(AT, `needs \`${name}_file\`: TLS has a certificate and its key`, 'key');
  return inline;
}

function certificatesOf(
  pem: string,
  name: Pem,
  tls: TlsInput,
  { now, problem, warning }: Context,
): readonly X509Certificate[] | undefined {
  const path = writtenAt(name, tls);
  const found = pem.match(CERTIFICATES) ?? [];
  try {
    const certificates = found.map((one) => new X509Certificate(one));
    if (certificates.length === 0) problem(path, 'holds no certificate in PEM form: name the right file');
    if (certificates.some(({ validTo }) => Date.parse(validTo) < now))
      warning(path, 'has expired: clients will refuse it');
    return certificates.length === 0 ? undefined : certificates;
  } catch {
    problem(path, 'holds a certificate that cannot be read: it is damaged, or cut off');
    return undefined;
  }
}

function checkKey(pem: string, leaf: X509Certificate | undefined, tls: TlsInput, problem: Report): void {
  const path = writtenAt('key', tls);
  if (/ENCRYPTED/.test(pem)) {
    problem(path, 'has a passphrase: store the key without one');
    return;
  }
  try {
    const key = createPrivateKey(pem);
    if (leaf !== undefined && !leaf.checkPrivateKey(key))
      problem(path, 'is not the key of the certificate: name the two that were made together');
  } catch {
    // What the library says may hold pieces of the text.
    problem(path, 'holds no private key in PEM form: it is damaged, cut off, or another file');
  }
}

function checkClients(tls: TlsInput, { problem }: Context): void {
  const verifies = /^(VerifyClientCertIfGiven|RequireAndVerifyClientCert)$/.test(tls.client_auth_type);
  const hasCa = tls.client_ca !== undefined || tls.client_ca_file !== undefined;
  if (verifies && !hasCa)
    problem([...AT, 'client_auth_type'], 'needs `client_ca_file`: who signs the certificates of clients');
  if (hasCa && tls.client_auth_type === 'NoClientCert')
    problem(
      writtenAt('client_ca', tls),
      'has no effect without `client_auth_type: RequireAndVerifyClientCert`',
    );
  if (tls.client_allowed_sans.length > 0 && !verifies)
    problem(
      [...AT, 'client_allowed_sans'],
      'would be believed unchecked: it needs `client_auth_type: RequireAndVerifyClientCert`',
    );
}
