import { CommandError, EXIT } from './io.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Parses `host:port`, `:port` (every address) or `[ipv6]:port`. */
export function parseListenAddress(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535) {
    throw new CommandError(
      `--web.listen-address: "${text}" is not an address; write host:port, for example 127.0.0.1:10187`,
      EXIT.usage,
    );
  }
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

/** Writes an address as part of a URL a person can open: every address becomes this machine. */
export function urlOf({ host, port }: Address, scheme: 'http' | 'https' = 'http'): string {
  const open = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `${scheme}://${open.includes(':') ? `[${open}]` : open}:${port}`;
}
