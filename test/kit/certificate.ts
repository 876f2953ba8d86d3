import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './needs.ts';

/** Makes a certificate that signs itself, for `CN=server` and these names; both files stay in `directory`. */
export function makeCertificate(
  directory: string,
  name: string,
  subjectAltName: string,
): { readonly cert: string; readonly key: string } {
  const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.crt`)];
  const made = [
    'req',
    '-new',
    '-x509',
    '-nodes',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
  ];
  const subject = ['-subj', '/CN=server', '-addext', `subjectAltName=${subjectAltName}`];
  execFileSync(program('openssl'), [...made, '-days', '2', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'pipe',
  });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}
