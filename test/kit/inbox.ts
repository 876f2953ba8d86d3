import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A POST with JSON that arrived. */
export interface Posted {
  readonly path: string;
  readonly body: unknown;
}

/** What stands in for a service of the internet that takes JSON. */
export interface Inbox {
  readonly url: string;
  readonly posted: readonly Posted[];
  readonly stop: () => Promise<void>;
}

/** Starts an HTTP server on a free port that keeps what is posted, oldest first, and answers all of it alike. */
export async function startInbox(answer: { readonly status: number; readonly body: string }): Promise<Inbox> {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      posted.push({ path: request.url ?? '', body: JSON.parse(text) });
      response.statusCode = answer.status;
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
