import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** Never the common name, never a wildcard: a client is what its certificate says it is. */
const EXACT = { subject: 'never', wildcards: false } as const;

/** Whether a certificate names this host, address, mailbox or URI among its alternative names. */
export function isFor(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(name)) return urisOf(certificate).includes(name);
  if (name.includes('@')) return certificate.checkEmail(name, { subject: 'never' }) !== undefined;
  return certificate.checkHost(name, EXACT) !== undefined;
}

/** Node.js writes a name in quotes, as JSON, where it holds anything that could be taken for two. */
function urisOf({ subjectAltName }: X509Certificate): readonly string[] {
  const entries = [...(subjectAltName ?? '').matchAll(/(?:^|, )URI:("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/g)];
  return entries.map(([, uri = '']) => (uri.startsWith('"') ? (JSON.parse(uri) as string) : uri));
}
