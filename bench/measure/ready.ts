import { freePort } from '../../test/kit/ports.ts';
import { start, whileRunning } from '../../test/kit/process.ts';
import { waitFor } from '../../test/kit/wait.ts';
import type { Peer } from '../page/peer.ts';
import { createScraper, ENCODINGS, type Encoding } from './scrape.ts';

/** Answers with bytes that lie ready, and does nothing else. */
const PROGRAM = `
const [port, plain, gzip] = process.argv.slice(1).map(Number);
const bodies = { plain: Buffer.alloc(plain, 'a'), gzip: Buffer.alloc(gzip, 'a') };
require('node:http').createServer((request, response) => {
  const body = bodies[/gzip/.test(request.headers['accept-encoding']) ? 'gzip' : 'plain'];
  response.writeHead(200, { 'content-length': body.length });
  response.end(body);
}).listen(port, '127.0.0.1');`;

/** Starts a server that sends as many bytes as `address` does: what this machine and Node.js take of a scrape. */
export async function startReadyPeer(address: string): Promise<Peer> {
  const scraper = createScraper(address);
  const bytes = {} as Record<Encoding, number>;
  for (const encoding of ENCODINGS) bytes[encoding] = (await scraper.scrape(encoding)).bytes;
  scraper.close();
  const port = await freePort();
  const running = await start({
    command: process.execPath,
    args: ['-e', PROGRAM, String(port), String(bytes.plain), String(bytes.gzip)],
  });
  const mine = `127.0.0.1:${port}`;
  const ready = waitFor('the ready answer', 10_000, async () => {
    return (await fetch(`http://${mine}/metrics`)).ok || undefined;
  });
  await whileRunning(running, 'the ready answer', ready);
  return { address: mine, pid: running.pid, stop: () => running.stop() };
}
