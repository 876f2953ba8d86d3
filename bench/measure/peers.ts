import { program } from '../../test/kit/needs.ts';
import { freePort } from '../../test/kit/ports.ts';
import { start, whileRunning } from '../../test/kit/process.ts';
import { waitFor } from '../../test/kit/wait.ts';
import type { Peer } from '../page/peer.ts';

/** Starts a node_exporter as it comes, but for any number of clients: what covers disks and the machine where postgres_exporter covers the server. */
export async function startNodePeer(): Promise<Peer> {
  const address = `127.0.0.1:${await freePort()}`;
  const running = await start({
    command: program('prometheus-node-exporter', 'node_exporter'),
    args: [`--web.listen-address=${address}`, '--log.level=error', '--web.max-requests=0'],
  });
  const ready = waitFor('node_exporter answers', 60_000, async () => {
    return (await fetch(`http://${address}/metrics`)).ok || undefined;
  });
  await whileRunning(running, 'node_exporter', ready);
  return { address, pid: running.pid, stop: () => running.stop() };
}
