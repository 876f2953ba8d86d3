import type { ListenAddress } from './options.ts';

/** The page cannot be served at the address that was given; the message says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there (see `ss -ltnp`): stop it, or choose another port',
  EACCES: 'this user may not listen there: ports below 1024 need a privilege, choose a higher one',
  EADDRNOTAVAIL: 'this machine has no such address: use one of its own, or 0.0.0.0 for all of them',
  ENOTFOUND: 'the host name does not resolve: use an IP address',
  EAI_AGAIN: 'the host name does not resolve: use an IP address',
};

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Turns the failure of a listen into one that says which address and what to do. */
export function toListenError(error: unknown, address: ListenAddress): ListenError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const advice = ADVICE[code] ?? 'choose another address';
  return new ListenError(
    `cannot listen on ${formatAddress(address)}: ${advice} with --web.listen-address (${code})`,
    { cause: error },
  );
}
