import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Something that takes alerts as Alertmanager does, and forgets them. */
export interface Sink {
  readonly url: string;
  /** From now on it answers with an error, or no more. */
  readonly refuse: (refuses: boolean) => void;
  readonly stop: () => Promise<void>;
}

export async function startSink(): Promise<Sink> {
  let refuses = false;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(refuses ? 503 : 200).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse: (next) => {
      refuses = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
