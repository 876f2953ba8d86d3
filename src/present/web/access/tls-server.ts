import type { SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type { WebTls } from '../../../model/web-access.ts';
import { isFor } from './client-name.ts';

/** A handshake that takes longer is none; the default of Node.js is two minutes. */
const HANDSHAKE_MS = 4000;

/** What can be exchanged while the server listens. */
export function secureContextOf(tls: WebTls): SecureContextOptions {
  return {
    cert: tls.cert,
    key: tls.key.reveal(),
    ca: tls.clientCa,
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    ciphers: tls.ciphers,
    ...(tls.curves !== undefined && { ecdhCurve: tls.curves }),
    honorCipherOrder: tls.preferServerCiphers,
  };
}

/** What cannot: whether a certificate of the client is asked for, and whether it must be one that is trusted. */
export function clientRules({ clientAuthType }: WebTls): {
  requestCert: boolean;
  rejectUnauthorized: boolean;
} {
  return {
    requestCert: clientAuthType !== 'NoClientCert',
    rejectUnauthorized: clientAuthType === 'RequireAndVerifyClientCert',
  };
}

/** Options of a server that begins with these settings. */
export function tlsOptions(tls: WebTls): TlsOptions {
  return { ...secureContextOf(tls), ...clientRules(tls), handshakeTimeout: HANDSHAKE_MS };
}

/** Whether a client that has shaken hands may go on. */
export function isWelcome(socket: TLSSocket, tls: WebTls): boolean {
  const { clientAuthType, clientAllowedSans } = tls;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined)
    return clientAuthType !== 'RequireAnyClientCert' && clientAuthType !== 'RequireAndVerifyClientCert';
  if (clientAuthType === 'VerifyClientCertIfGiven' && !socket.authorized) return false;
  if (clientAllowedSans.length === 0) return true;
  return clientAllowedSans.some((name) => isFor(certificate, name));
}
