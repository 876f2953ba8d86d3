import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Something Prometheus can scrape, in place of pgvigil. */
export interface Exposition {
  /** `host:port`. */
  readonly address: string;
  /** Replaces what the next scrape reads. */
  readonly set: (lines: readonly string[]) => void;
  readonly stop: () => Promise<void>;
}

/** Serves lines of the Prometheus text format on a free port. */
export async function startExposition(lines: readonly string[]): Promise<Exposition> {
  let text = '';
  const set = (next: readonly string[]): void => {
    text = `${next.join('\n')}\n`;
  };
  set(lines);
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    set,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
