import { isIP, isIPv6 } from 'node:net';
import type { TlsConfig } from '../model/config.ts';
import { Secret } from '../model/secret.ts';
import { type FileDeps, readGiven } from './given-files.ts';
import type { Path, Report } from './problem.ts';
import type { Salvaged } from './salvage.ts';
import type { ServerInput } from './schema-server.ts';

/** What is needed to read the `tls` of a server. */
export interface TlsContext {
  readonly files: FileDeps;
  readonly path: Path;
  readonly problem: Report;
  readonly warning: Report;
}

const CERTIFICATE = /-----BEGIN (TRUSTED )?CERTIFICATE-----/;

/**
 * Takes what a server says about TLS and its host, and gives the complete answer: the files read and the mode
 * decided.
 */
export function readTls(
  tls: Salvaged<ServerInput['tls']>,
  host: string | undefined,
  context: TlsContext,
): TlsConfig {
  const at = (key: string): Path => [...context.path, 'tls', key];
  const pem = (
    key: 'ca_file' | 'cert_file' | 'key_file',
    label: RegExp,
    what: string,
  ): string | undefined => {
    const written = tls[key];
    if (written === undefined) return undefined;
    return readPem(written, { label, what }, context.files, (message) => context.problem(at(key), message));
  };
  const ca = pem('ca_file', CERTIFICATE, 'certificate');
  const cert = pem('cert_file', CERTIFICATE, 'certificate');
  const key = pem('key_file', /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/, 'private key');
  if (key !== undefined && /ENCRYPTED/.test(key)) {
    context.problem(at('key_file'), 'the key in the file named here has a passphrase: store it without one');
  }
  if ((tls.cert_file === undefined) !== (tls.key_file === undefined)) {
    const [has, lacks] = tls.cert_file === undefined ? ['key_file', 'cert_file'] : ['cert_file', 'key_file'];
    context.problem(at(has), `needs \`${lacks}\` beside it: a client certificate is both`);
  }

  const files = (['ca_file', 'cert_file', 'key_file'] as const).filter((name) => tls[name] !== undefined);
  const mode = tls.mode ?? (files.length > 0 ? 'verify-full' : defaultMode(host));
  const [first] = files;
  if (host?.startsWith('/') && mode !== 'disable') {
    context.problem([...context.path, 'tls'], 'a unix socket has no TLS: delete `tls`', 'key');
  } else if (mode === 'disable' && first !== undefined) {
    context.warning(at(first), 'has no effect while `mode` is `disable`');
  } else if (mode === 'no-verify' && tls.ca_file !== undefined) {
    context.warning(at('ca_file'), 'has no effect while `mode` is `no-verify`: `verify-full` checks with it');
  }
  return { mode, ca, cert, key: key === undefined ? undefined : new Secret(key) };
}

/** Takes the path of a PEM file and gives its text; reports one that holds no certificate. */
export function readCertificates(
  written: string,
  files: FileDeps,
  problem: (message: string) => void,
): string | undefined {
  return readPem(written, { label: CERTIFICATE, what: 'certificate' }, files, problem);
}

function readPem(
  written: string,
  { label, what }: { readonly label: RegExp; readonly what: string },
  files: FileDeps,
  problem: (message: string) => void,
): string | undefined {
  const text = readGiven(written, files, problem);
  if (text !== undefined && !label.test(text))
    problem(`the file named here holds no ${what} in PEM form: name the right file`);
  return text;
}

/** Names under which a container reaches the machine it runs on. */
const THIS_MACHINE = ['localhost', 'host.docker.internal', 'host.containers.internal'];

/**
 * Takes the host of a server and gives the TLS mode it gets without being told: none where the way there is
 * this machine or a Compose network (a name without a dot), full verification everywhere else.
 */
export function defaultMode(host: string | undefined): TlsConfig['mode'] {
  if (host === undefined || host.startsWith('/')) return 'disable';
  const name = host.toLowerCase();
  if (THIS_MACHINE.includes(name) || name.endsWith('.localhost')) return 'disable';
  if (isIP(name) !== 0) {
    const loopback = isIPv6(name)
      ? /^(0*:)*:?0*1$/.test(name) || name.startsWith('::ffff:127.')
      : /^127\./.test(name);
    return loopback ? 'disable' : 'verify-full';
  }
  return name.includes('.') ? 'verify-full' : 'disable';
}
