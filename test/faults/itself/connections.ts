import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Who sends slowly is sent away within 5 s, looked at once a second. */
export const SLOW_CLOSED_MS = 7_000;

/** A client as nobody should write it. */
export interface Client {
  readonly socket: Socket;
  readonly received: () => string;
  readonly isClosed: () => boolean;
}

/** Connects and sends this. */
export function open(host: string, port: number, first = ''): Client {
  let received = '';
  const socket = connect(port, host, () => void socket.write(first));
  socket.setEncoding('utf8').on('data', (text: string) => {
    received = (received + text).slice(0, 200_000);
  });
  socket.on('error', () => socket.destroy());
  return { socket, received: () => received, isClosed: () => socket.destroyed || socket.closed };
}

/** Waits until as many at most are still open; gives the time in ms. */
export async function untilOpen(clients: readonly Client[], most: number, withinMs: number): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const still = clients.filter(({ isClosed }) => !isClosed()).length;
    const tookMs = performance.now() - startedAt;
    if (still <= most) return tookMs;
    if (tookMs > withinMs)
      throw new Error(`${still} clients are still connected after ${Math.round(tookMs)} ms`);
    await sleep(50);
  }
}

/** The status of the answer to what a client sends, or `closed`. */
export async function answerTo(host: string, port: number, text: string): Promise<string> {
  const client = open(host, port, text);
  const until = performance.now() + SLOW_CLOSED_MS;
  while (!client.isClosed() && !client.received().includes('\r\n') && performance.now() < until)
    await sleep(20);
  client.socket.destroy();
  return /^HTTP\/1\.1 (\d+)/.exec(client.received())?.[1] ?? 'closed';
}

/** Sends many requests before it reads an answer; gives how many whole answers came. */
export async function pipeline(host: string, port: number, count: number): Promise<number> {
  const client = open(host, port, 'GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count));
  const answers = (): number => client.received().split('HTTP/1.1 200').length - 1;
  const until = performance.now() + 3_000;
  while (answers() < count && performance.now() < until) await sleep(20);
  client.socket.destroy();
  if (answers() < count) throw new Error(`${answers()} of ${count} answers to a pipeline`);
  return answers();
}

/** A scrape on a connection of its own. */
export function scrape(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, path: '/metrics', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve(text));
      response.once('error', reject);
    });
    asked.once('error', reject).end();
  });
}
