import { startProxy, type TcpProxy } from '../../kit/proxy.ts';
import { connectionsTo } from '../../kit/sockets.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import type { Stage } from '../harness/stage.ts';
import { endure, forbidLoss, QUICK } from '../harness/trouble.ts';
import type { Vigil } from '../harness/vigil.ts';

/** A PostgreSQL that is reached through a proxy only. */
async function openProxy(
  stage: Stage,
  times: object = QUICK,
): Promise<{
  readonly proxy: TcpProxy;
  readonly vigil: Vigil;
  readonly isWell: (scrape: Exposition) => boolean;
}> {
  const { postgres, entry, backends, isWell } = await stage.postgres();
  const proxy = await startProxy(postgres.port);
  stage.undo(proxy.close);
  const url = entry.url.replace(`:${postgres.port}`, `:${proxy.port}`);
  const vigil = await stage.watch({ ...times, servers: [{ ...entry, url }] }, { backends, calm: isWell });
  forbidLoss(vigil);
  return { proxy, vigil, isWell };
}

/** Networks that are slow, or that lose everything after a while. */
export const PROXIES: readonly Fault[] = [
  {
    row: 131,
    name: 'every byte of the server takes a second',
    needs: ['postgres'],
    async play(stage) {
      const { proxy, vigil, isWell } = await openProxy(stage);
      return endure(vigil, isWell, {
        state: 'hung',
        reason: 'hung',
        begin: () => proxy.become({ kind: 'trickle', everyMs: 1_000 }),
        lastsMs: 10_000,
        meanwhile: () => connectionsTo(proxy.port) <= 3,
        end: () => proxy.become({ kind: 'pass' }),
      });
    },
  },
  {
    row: 132,
    name: 'every connection is cut after 64 bytes',
    needs: ['postgres'],
    async play(stage) {
      const { proxy, vigil, isWell } = await openProxy(stage);
      return endure(vigil, isWell, {
        state: 'down',
        reason: 'reset',
        begin: () => proxy.become({ kind: 'cut', afterBytes: 64 }),
        lastsMs: 10_000,
        meanwhile: () => connectionsTo(proxy.port) <= 3,
        end: () => proxy.become({ kind: 'pass' }),
      });
    },
  },
  {
    row: 133,
    name: 'the way to the server and back takes 800 ms',
    needs: ['postgres'],
    async play(stage) {
      const { proxy, vigil, isWell } = await openProxy(stage, {});
      const duration = (): number =>
        vigil.watch.last()?.value('pgvigil_connection_duration_seconds', { datname: 'postgres' }) ??
        Number.NaN;
      const before = duration();
      proxy.become({ kind: 'delay', ms: 400 });
      await vigil.stays('all is seen, slowly', 24_000, isWell);
      const during = duration();
      if (!(during > 1.5)) throw new Error(`a connection is said to take ${during} s`);
      proxy.become({ kind: 'pass' });
      await vigil.becomes('fast again', 12_000, (scrape) => isWell(scrape) && duration() < 0.5);
      return `up all the time; a connection took ${before.toFixed(2)} s, then ${during.toFixed(2)} s`;
    },
  },
];
