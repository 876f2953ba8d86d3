import type { Secret } from './secret.ts';
import type { Instant } from './time.ts';

/** What a client has to show when it connects, in the names of the exporter-toolkit. */
export const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** Who may read the web server, and how: what the file of `--web.config.file` says. */
export interface WebAccess {
  /** `undefined`: plain HTTP. */
  readonly tls: WebTls | undefined;
  /** Hash by name. Nobody in it: nobody has to log in. */
  readonly users: ReadonlyMap<string, Secret>;
  /** Sent with every answer, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit: RateLimit | undefined;
}

/** One request per interval, and so many at once after a rest. */
export interface RateLimit {
  readonly intervalMs: number;
  readonly burst: number;
}

/** TLS of the web server, files read. */
export interface WebTls {
  /** The chain, PEM. */
  readonly cert: string;
  readonly key: Secret;
  /** When the first certificate that expires does so. */
  readonly expiresAt: Instant;
  readonly clientAuthType: ClientAuthType;
  readonly clientCa: string | undefined;
  /** A client certificate must be for one of these; empty: for anybody. */
  readonly clientAllowedSans: readonly string[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** In the names of OpenSSL; `undefined`: those of Node.js. */
  readonly ciphers: string | undefined;
  readonly curves: string | undefined;
  readonly preferServerCiphers: boolean;
}

/** No file: everybody who can connect may read. */
export const OPEN_ACCESS: WebAccess = { tls: undefined, users: new Map(), headers: {}, rateLimit: undefined };
