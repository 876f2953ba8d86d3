import type { ConnectionOptions } from 'node:tls';
import type { ServerConfig, TlsConfig } from '../../model/config.ts';

/** Where and as whom to connect. */
export type Endpoint = Pick<ServerConfig, 'host' | 'port' | 'user' | 'password' | 'tls'>;

/** Options of Node's TLS for a server; `false` for none. A unix socket never has TLS, as in libpq. */
export function tlsOptions(host: string, tls: TlsConfig): ConnectionOptions | false {
  if (tls.mode === 'disable' || host.startsWith('/')) return false;
  return {
    rejectUnauthorized: tls.mode === 'verify-full',
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
  };
}
