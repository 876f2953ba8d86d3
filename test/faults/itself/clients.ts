import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../kit/wait.ts';
import { parseExposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { noLoss } from '../harness/no-loss.ts';
import type { Stage } from '../harness/stage.ts';
import { seconds } from '../harness/words.ts';
import { answerTo, type Client, open, pipeline, SLOW_CLOSED_MS, scrape, untilOpen } from './connections.ts';

/** Of connections that ask for nothing, as many are kept for a while. */
const SOFT_LIMIT = 64;

async function watchServer(stage: Stage) {
  const { entry, backends, isWell } = await stage.postgres();
  const vigil = await stage.watch({ servers: [entry] }, { backends, calm: isWell });
  const [host = '', port = ''] = vigil.exporter.address.split(':');
  return { vigil, host, port: Number(port), entry };
}

/** Clients that are slow, many, large or impatient. */
export const CLIENTS: readonly Fault[] = [
  {
    row: 73,
    name: 'slow clients, 500 idle ones, floods of headers, large bodies, a pipeline',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, host, port } = await watchServer(stage);
      const lifted = noLoss(vigil);
      const slow = Array.from({ length: 20 }, () => open(host, port, 'GET /metrics HTTP/1.1\r\n'));
      const drip = setInterval(() => {
        for (const { socket } of slow) if (!socket.destroyed) socket.write('X');
      }, 200);
      stage.undo(() => clearInterval(drip));
      const slowMs = await untilOpen(slow, 0, SLOW_CLOSED_MS);
      clearInterval(drip);
      const idle: Client[] = [];
      stage.undo(() => idle.forEach(({ socket }) => void socket.destroy()));
      for (let n = 0; n < 500; n += 50) {
        idle.push(...Array.from({ length: 50 }, () => open(host, port)));
        await sleep(100);
      }
      await untilOpen(idle, SOFT_LIMIT, 2_000);
      const idleMs = await untilOpen(idle, 0, SLOW_CLOSED_MS);
      const header = `X-Flood: ${'x'.repeat(1000)}\r\n`.repeat(1000);
      const flood = await answerTo(host, port, `GET /metrics HTTP/1.1\r\nHost: x\r\n${header}\r\n`);
      if (flood !== '431' && flood !== 'closed') throw new Error(`a flood of headers gets ${flood}`);
      const length = 50 * 2 ** 20;
      const head = `POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`;
      const body = await answerTo(host, port, head + 'x'.repeat(2 ** 20));
      if (!/^4\d\d$|closed/.test(body)) throw new Error(`a large body gets ${body}`);
      const piped = await pipeline(host, port, 50);
      await vigil.stays('it goes on', 2_000, () => true);
      lifted();
      return [
        `slow ones closed after ${seconds(slowMs)}`,
        `idle ones ${seconds(idleMs)} after the last came`,
        `headers: ${flood}, body: ${body}`,
        `pipeline: ${piped} of 50 answers`,
      ].join(', ');
    },
  },
  {
    row: 74,
    name: '100 scrapes at once, and clients that go away',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, host, port } = await watchServer(stage);
      const lifted = noLoss(vigil);
      const backends = new Set<number>();
      const look = setInterval(() => backends.add(vigil.usage().backends), 50);
      stage.undo(() => clearInterval(look));
      let slowest = 0;
      for (let round = 0; round < 10; round += 1) {
        const startedAt = performance.now();
        const texts = await Promise.all(Array.from({ length: 100 }, () => scrape(host, port)));
        slowest = Math.max(slowest, performance.now() - startedAt);
        for (const text of texts) parseExposition(text);
        const rude = Array.from({ length: 100 }, () =>
          open(host, port, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'),
        );
        await sleep(round);
        for (const { socket } of rude) socket.destroy();
        // Until it has noticed, they count among the 128 that may be connected.
        const most = vigil.baseline.descriptors + 10;
        await waitFor('they are gone', 5_000, () => vigil.usage().descriptors <= most || undefined);
      }
      clearInterval(look);
      lifted();
      const most = Math.max(...backends);
      // The one that is kept, and a fresh one while it is tried.
      if (most > 2) throw new Error(`${most} connections to PostgreSQL`);
      return `1000 scrapes, the slowest 100 in ${Math.round(slowest)} ms; at most ${most} connections to PostgreSQL`;
    },
  },
];
