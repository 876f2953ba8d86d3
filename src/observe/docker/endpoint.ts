/** Where the engine listens. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

const DEFAULT_TCP_PORT = 2375;

/**
 * Takes `unix:///path`, `/path`, `tcp://host[:port]` or `http://host[:port]`; gives the endpoint, or `undefined`
 * when it is none of these.
 */
export function parseEndpoint(host: string): Endpoint | undefined {
  if (host.startsWith('unix://') || host.startsWith('/')) {
    const socketPath = host.replace(/^unix:\/\//, '');
    return socketPath.startsWith('/') ? { kind: 'unix', socketPath } : undefined;
  }
  const match = /^(?:tcp|http):\/\/(\[[0-9a-f:.]+\]|[^/:@\s]+)(?::(\d{1,5}))?\/?$/i.exec(host);
  if (!match?.[1]) return undefined;
  const port = match[2] === undefined ? DEFAULT_TCP_PORT : Number(match[2]);
  if (port < 1 || port > 65_535) return undefined;
  return { kind: 'tcp', host: match[1].replace(/^\[|\]$/g, ''), port };
}

/** Gives the endpoint as a person writes it. */
export function describeEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return endpoint.socketPath;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}
