import { setTimeout as sleep } from 'node:timers/promises';
import { startDockerd } from '../../test/kit/docker.ts';
import { copyNode } from '../measure/own-node.ts';
import { startNodePeer } from '../measure/peers.ts';
import { watchAll } from '../measure/pgvigil.ts';
import { createScraper } from '../measure/scrape.ts';
import { startServerWith, WATCHER } from '../measure/server-with.ts';
import { startPeer } from '../page/peer.ts';
import { meterOf, type OwnCost, type ServerCost, serverMeterOf } from './usage.ts';

/** One size: three servers that are the same, one watched by pgvigil, one by postgres_exporter, one by nobody. */
export interface CostFigures {
  readonly databases: number;
  readonly minutes: number;
  readonly pgvigil: OwnCost;
  readonly postgresExporter: OwnCost;
  readonly nodeExporter: OwnCost;
  readonly serverOfPgvigil: ServerCost;
  readonly serverOfExporter: ServerCost;
  readonly serverOfNobody: ServerCost;
}

/** As Prometheus comes, and as both were scraped by most of their users. */
const SCRAPE_EVERY_MS = 15_000;
/** What the start took is not part of what running costs. */
const SETTLE_MS = 10_000;

/**
 * Runs all of them beside each other for so many minutes, each scraped every 15 s. pgvigil watches a Docker engine too, as
 * it does where one is found.
 */
export async function measureCost(databases: number, minutes: number): Promise<CostFigures> {
  const undo: (() => Promise<unknown> | unknown)[] = [];
  const servers = [];
  try {
    for (let index = 0; index < 3; index += 1) {
      const server = await startServerWith(databases);
      undo.push(() => server.dispose());
      servers.push(server);
    }
    const [ours, theirs, nobodys] = servers as [
      (typeof servers)[number],
      (typeof servers)[number],
      (typeof servers)[number],
    ];
    const docker = await startDockerd();
    undo.push(() => docker.stop());
    const node = copyNode();
    undo.push(node.remove);
    const pgvigil = await watchAll(ours, databases, { dockerHost: docker.host, through: node.through() });
    undo.push(() => pgvigil.stop());
    const peer = await startPeer(theirs.url('postgres', WATCHER));
    undo.push(() => peer.stop());
    const nodePeer = await startNodePeer();
    undo.push(() => nodePeer.stop());
    const stop = scrapeRegularly([pgvigil.address, peer.address, nodePeer.address]);
    undo.push(stop);
    await sleep(SETTLE_MS);

    const own = [meterOf(pgvigil.pid()), meterOf(peer.pid), meterOf(nodePeer.pid)] as const;
    const server = [
      await serverMeterOf(ours),
      await serverMeterOf(theirs),
      await serverMeterOf(nobodys),
    ] as const;
    await sleep(minutes * 60_000);
    return {
      databases,
      minutes,
      serverOfPgvigil: await server[0](),
      serverOfExporter: await server[1](),
      serverOfNobody: await server[2](),
      pgvigil: await own[0](),
      postgresExporter: await own[1](),
      nodeExporter: await own[2](),
    };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** Scrapes as Prometheus does; a target that does not answer in time is scraped again when it is next due. */
export function scrapeRegularly(addresses: readonly string[]): () => Promise<void> {
  const stopping = new AbortController();
  const loops = addresses.map(async (address) => {
    const scraper = createScraper(address, SCRAPE_EVERY_MS);
    while (!stopping.signal.aborted) {
      const due = sleep(SCRAPE_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      await scraper.scrape('gzip').catch(() => {});
      await due;
    }
    scraper.close();
  });
  return async () => {
    stopping.abort();
    await Promise.all(loops);
  };
}
