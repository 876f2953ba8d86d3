import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from './needs.ts';

/** A certificate with its key, as texts and as the files they lie in. */
export interface Signed {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Signs certificates, as the authority of an organisation does. */
export interface Authority {
  readonly directory: string;
  /** The certificate of the authority itself. */
  readonly ca: string;
  readonly caFile: string;
  /** For `subjectAltName`, in the syntax of openssl: `DNS:localhost,IP:127.0.0.1`; -1 day is one that has expired. */
  readonly sign: (name: string, subjectAltName: string, days?: number) => Signed;
  readonly remove: () => void;
}

/** Makes an authority in a temporary directory. Needs `openssl`. */
export function makeAuthority(): Authority {
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-ca-'));
  const openssl = (...args: readonly string[]): void => {
    execFileSync(program('openssl'), args, { stdio: 'pipe', timeout: 20_000 });
  };
  const newKey = ['-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const file = (name: string): string => join(directory, name);
  openssl(
    ...['req', '-new', '-x509', ...newKey, '-keyout', file('ca.key'), '-out', file('ca.crt'), '-days', '30'],
    ...['-subj', '/CN=authority', '-addext', 'basicConstraints=critical,CA:TRUE'],
  );
  return {
    directory,
    ca: readFileSync(file('ca.crt'), 'utf8'),
    caFile: file('ca.crt'),
    sign(name, subjectAltName, days = 20) {
      const [keyFile, certFile, request] = [file(`${name}.key`), file(`${name}.crt`), file(`${name}.csr`)];
      openssl(
        ...['req', '-new', ...newKey, '-keyout', keyFile, '-out', request, '-subj', `/CN=${name}`],
        ...['-addext', `subjectAltName=${subjectAltName}`],
        ...['-addext', 'basicConstraints=critical,CA:FALSE'],
      );
      openssl(
        ...['x509', '-req', '-in', request, '-out', certFile, '-days', String(days)],
        ...['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-copy_extensions', 'copy'],
      );
      return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
