import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One alert of a message of Alertmanager (webhook payload, version 4). */
export interface DeliveredAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

/** A message of Alertmanager. */
export interface Delivered {
  readonly status: 'firing' | 'resolved';
  readonly receiver: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly DeliveredAlert[];
}

/** One request that arrived. */
export interface Received {
  /** Wall clock when the body was complete, milliseconds since the epoch. */
  readonly at: number;
  /** `/page`, `/ticket`, `/watchdog` or `/heartbeat` with the shipped alertmanager.yml. */
  readonly path: string;
  readonly body: Delivered;
}

/** A receiver of pages on a free port. */
export interface Webhook {
  readonly url: string;
  /** `host:port`. */
  readonly address: string;
  readonly received: readonly Received[];
  /** The first message, past ones included, that satisfies `predicate`; rejects after `ms`. */
  readonly waitFor: (predicate: (received: Received) => boolean, ms: number) => Promise<Received>;
  /** The same for an alert with this status whose labels include `labels`, and when it arrived. */
  readonly waitForAlert: (
    labels: Readonly<Record<string, string>>,
    ms: number,
    status?: 'firing' | 'resolved',
  ) => Promise<{ readonly at: number; readonly path: string; readonly alert: DeliveredAlert }>;
  readonly stop: () => Promise<void>;
}

/** Starts a webhook that answers 200 to everything and keeps what arrived, oldest first. */
export async function startWebhook(): Promise<Webhook> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    readBody(request).then(
      (text) => {
        received.push({ at: Date.now(), path: request.url ?? '', body: JSON.parse(text) as Delivered });
        response.end('ok');
        for (const check of waiting) check();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  function until<T>(what: string, look: () => T | undefined, ms: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        done();
        resolve(found);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`${what} did not arrive within ${ms} ms; arrived: ${summary(received)}`));
      }, ms);
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  }

  return {
    url: `http://${address}`,
    address,
    received,
    waitFor: (predicate, ms) => until('a matching message', () => received.find(predicate), ms),
    waitForAlert: (labels, ms, status = 'firing') =>
      until(
        `${status} ${JSON.stringify(labels)}`,
        () => {
          for (const { at, path, body } of received) {
            const alert = body.alerts.find((one) => one.status === status && includes(one.labels, labels));
            if (alert) return { at, path, alert };
          }
          return undefined;
        },
        ms,
      ),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function includes(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

function summary(received: readonly Received[]): string {
  const lines = received.flatMap(({ path, body }) =>
    body.alerts.map((alert) => `${path} ${alert.status} ${JSON.stringify(alert.labels)}`),
  );
  return lines.length === 0 ? 'nothing' : `\n${lines.join('\n')}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
