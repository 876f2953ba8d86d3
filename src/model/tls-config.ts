import type { Secret } from './secret.ts';

export interface TlsConfig {
  readonly mode: 'disable' | 'no-verify' | 'verify-full';
  /** PEM text, already read. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: Secret | undefined;
}
