import { setTimeout as sleep } from 'node:timers/promises';
import { program } from '../../kit/needs.ts';
import type { Network } from '../../kit/network.ts';
import type { Fault } from '../harness/fault.ts';
import type { WatchedServer } from '../harness/server.ts';
import type { Stage } from '../harness/stage.ts';
import { endure, forbidLoss, QUICK, QUICKLY_MS } from '../harness/trouble.ts';
import type { Vigil } from '../harness/vigil.ts';
import { seconds } from '../harness/words.ts';

interface Cable {
  readonly network: Network;
  readonly server: WatchedServer;
  readonly vigil: Vigil;
  /** What iptables has to match: everything that goes to the server. */
  readonly to: readonly string[];
  /** What comes from it. */
  readonly from: readonly string[];
}

/** A pgvigil in a network of its own, and a PostgreSQL at the other end of the cable. */
async function openCable(stage: Stage): Promise<Cable> {
  const network = await stage.network();
  const host = network.outside.ipv4;
  const server = await stage.postgres({ settings: { listen_addresses: `127.0.0.1,${host}` } });
  const { entry, backends, isWell, postgres } = server;
  const url = entry.url.replace('127.0.0.1', host);
  const vigil = await stage.watch(
    { ...QUICK, servers: [{ ...entry, url, tls: { mode: 'disable' } }] },
    { through: network.through, host: network.inside.ipv4, backends, calm: isWell },
  );
  forbidLoss(vigil);
  const port = String(postgres.port);
  return {
    network,
    server,
    vigil,
    to: ['OUTPUT', '-p', 'tcp', '--dport', port],
    from: ['INPUT', '-p', 'tcp', '--sport', port],
  };
}

/** Packets that are dropped or answered by somebody else. */
export const PACKETS: readonly Fault[] = [
  {
    row: 20,
    name: 'SYN packets are dropped',
    needs: ['network', 'postgres'],
    async play(stage) {
      const { network, server, vigil, to } = await openCable(stage);
      return endure(vigil, server.isWell, {
        state: 'unreachable',
        reason: 'timeout',
        begin: () => network.iptables('-A', ...to, '--syn', '-j', 'DROP'),
        // The session that is open goes on reading the list of databases.
        meanwhile: (scrape) => scrape.value('pgvigil_database_present', { datname: 'shop' }) === 1,
        end: () => network.flush(),
      });
    },
  },
  {
    row: 21,
    name: 'the network falls silent in the middle of a query',
    needs: ['network', 'postgres'],
    async play(stage) {
      const { network, server, vigil, to, from } = await openCable(stage);
      return endure(vigil, server.isWell, {
        state: 'unreachable',
        reason: 'timeout',
        async begin() {
          await network.iptables('-A', ...to, '-j', 'DROP');
          await network.iptables('-A', ...from, '-j', 'DROP');
        },
        lastsMs: 10_000,
        // What cannot be verified is not told.
        meanwhile: (scrape) => scrape.value('pgvigil_database_present', { datname: 'shop' }) === undefined,
        end: () => network.flush(),
      });
    },
  },
  {
    row: 22,
    name: 'every packet to the server is answered by a reset',
    needs: ['network', 'postgres'],
    async play(stage) {
      const { network, server, vigil, to } = await openCable(stage);
      return endure(vigil, server.isWell, {
        state: 'down',
        reason: 'refused',
        begin: () => network.iptables('-A', ...to, '-j', 'REJECT', '--reject-with', 'tcp-reset'),
        end: () => network.flush(),
      });
    },
  },
  {
    row: 22,
    name: 'every connection is reset again and again, and new ones work',
    needs: ['network', 'postgres'],
    async play(stage) {
      const { network, server, vigil } = await openCable(stage);
      const { postgres, isWell } = server;
      let killed = 0;
      for (let round = 0; round < 8; round += 1) {
        const output = await network.run(program('ss'), '-HKtn', 'dport', '=', `:${postgres.port}`);
        killed += output.split('\n').filter((line) => line.includes(`:${postgres.port}`)).length;
        await sleep(1_000);
      }
      if (killed < 6) throw new Error(`only ${killed} sockets were killed`);
      const back = await vigil.becomes('all is well', QUICKLY_MS, isWell);
      return `${killed} sockets killed in 8 rounds, all well ${seconds(back)} after the last`;
    },
  },
  {
    row: 22,
    name: 'a router says that there is no way to the server',
    needs: ['network', 'postgres'],
    async play(stage) {
      const { network, server, vigil, to } = await openCable(stage);
      return endure(vigil, server.isWell, {
        state: 'unreachable',
        reason: 'unreachable',
        begin: () => network.iptables('-A', ...to, '-j', 'REJECT', '--reject-with', 'icmp-host-unreachable'),
        end: () => network.flush(),
      });
    },
  },
];
