import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNameServer } from '../../kit/name-server.ts';
import type { Network } from '../../kit/network.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { DATABASES } from '../harness/server.ts';
import type { Stage } from '../harness/stage.ts';
import { endure, forbidLoss, QUICK, QUICKLY_MS } from '../harness/trouble.ts';
import type { Vigil } from '../harness/vigil.ts';
import { seconds } from '../harness/words.ts';

const NAME = 'db.fault.test';
const HBA = ['host all pgvigil 0.0.0.0/0 scram-sha-256', 'host all pgvigil ::/0 scram-sha-256'];
/** A kept session and a fresh one for each entry. */
const ENTRIES_LIMIT = 20;

interface Named {
  readonly network: Network;
  readonly watch: (hosts: Readonly<Record<string, string>>) => Promise<Vigil>;
  readonly isWell: (...servers: readonly string[]) => (scrape: Exposition) => boolean;
  /** The path of a file of this fault. */
  readonly at: (name: string) => string;
}

/** A network with a PostgreSQL that answers on both its addresses, for entries that name it in several ways. */
async function openNamed(stage: Stage): Promise<Named> {
  const network = await stage.network();
  const { ipv4, ipv6 } = network.outside;
  const server = await stage.postgres({
    hba: HBA,
    settings: { listen_addresses: `127.0.0.1,${ipv4},${ipv6}` },
  });
  await server.postgres.query(`ALTER ROLE pgvigil CONNECTION LIMIT ${ENTRIES_LIMIT}`);
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-fault-'));
  stage.undo(() => rm(directory, { recursive: true, force: true }));
  const isWell: Named['isWell'] =
    (...servers) =>
    (scrape) =>
      servers.every(
        (name) =>
          scrape.value('pgvigil_server_up', { server: name }) === 1 &&
          DATABASES.every(
            (datname) => scrape.value('pgvigil_database_present', { server: name, datname }) === 1,
          ),
      );
  return {
    network,
    isWell,
    at: (name) => join(directory, name),
    async watch(hosts) {
      const servers = Object.entries(hosts).map(([name, host]) => ({
        ...server.entry,
        name,
        url: server.entry.url.replace('127.0.0.1', host),
        tls: { mode: 'disable' },
      }));
      const vigil = await stage.watch(
        { ...QUICK, servers },
        {
          through: network.through,
          host: network.inside.ipv4,
          backends: server.backends,
          calm: isWell(...Object.keys(hosts)),
        },
      );
      forbidLoss(vigil);
      return vigil;
    },
  };
}

/** Names that do not resolve, or lead nowhere. */
export const NAMES: readonly Fault[] = [
  {
    row: 113,
    name: 'SIGTERM while names are looked up by a name server that is dead',
    needs: ['network', 'postgres'],
    async play(stage) {
      const { network, watch, isWell, at } = await openNamed(stage);
      const { ipv4 } = network.outside;
      const names = await startNameServer(ipv4, ipv4);
      stage.undo(names.close);
      await network.cover('/etc/resolv.conf', at('resolv.conf'), `nameserver ${ipv4}\nsearch .\n`);
      const hosts = Array.from({ length: 6 }, (_, index) => [`named${index}`, `db${index}.fault.test`]);
      const vigil = await watch({ address: ipv4, ...Object.fromEntries(hosts) });
      names.become({ kind: 'silence' });
      const dead = await vigil.becomes('nobody is found by name', QUICKLY_MS + 5_000, (scrape) =>
        hosts.every(([name = '']) => scrape.value('pgvigil_server_up', { server: name }) === 0),
      );
      await vigil.stays('the server with an address is seen', 6_000, isWell('address'));
      // How it ends is judged for every fault.
      return `nobody found by name after ${seconds(dead)}, the address seen; told to end while it goes on`;
    },
  },
  {
    row: 26,
    name: 'DNS is slow, then dead, then knows no such name; servers with an address do not care',
    needs: ['network', 'postgres'],
    async play(stage) {
      const { network, watch, isWell, at } = await openNamed(stage);
      const { ipv4 } = network.outside;
      const names = await startNameServer(ipv4, ipv4);
      stage.undo(names.close);
      await network.cover('/etc/resolv.conf', at('resolv.conf'), `nameserver ${ipv4}\nsearch .\n`);
      // More names than there are threads to ask for them.
      const others = Array.from({ length: 5 }, (_, index): [string, string] => [
        `named${index}`,
        `db${index}.fault.test`,
      ]);
      const vigil = await watch({ address: ipv4, main: NAME, ...Object.fromEntries(others) });
      const all = isWell('address', 'main', ...others.map(([name]) => name));
      const addressIsWell = isWell('address');

      names.become({ kind: 'address', afterMs: 1_000 });
      await vigil.stays('all is seen while DNS takes a second', 6_000, all);
      const trouble = {
        state: 'unreachable',
        reason: 'dns',
        meanwhile: addressIsWell,
        withinMs: QUICKLY_MS + 5_000,
        backWithinMs: QUICKLY_MS + 10_000,
        end: () => names.become({ kind: 'address', afterMs: 0 }),
      } as const;
      const askedBefore = names.asked();
      const dead = await endure(vigil, all, {
        ...trouble,
        begin: () => names.become({ kind: 'silence' }),
      });
      const asked = names.asked() - askedBefore;
      const absent = await endure(vigil, all, {
        ...trouble,
        begin: () => names.become({ kind: 'no such name' }),
      });
      return `slow: seen; dead: ${dead}, ${asked} questions; no such name: ${absent}`;
    },
  },
  {
    row: 137,
    name: 'a host with two addresses, of which one is dead',
    needs: ['network', 'postgres'],
    async play(stage) {
      const { network, watch, isWell, at } = await openNamed(stage);
      const { ipv4, ipv6 } = network.outside;
      await network.cover('/etc/hosts', at('hosts'), `${ipv6} ${NAME}\n${ipv4} ${NAME}\n`);
      const vigil = await watch({ main: NAME });
      const well = isWell('main');
      const duration = (): number =>
        vigil.watch.last()?.value('pgvigil_connection_duration_seconds', { datname: 'postgres' }) ??
        Number.NaN;
      const took: string[] = [];
      for (const [what, tables, to] of [
        ['IPv6', network.ip6tables, ipv6],
        ['IPv4', network.iptables, ipv4],
      ] as const) {
        await tables('-A', 'OUTPUT', '-p', 'tcp', '-d', to, '--syn', '-j', 'DROP');
        await vigil.stays(`up while ${what} is dead`, 8_000, well);
        took.push(`${what} dead: up, a connection takes ${duration().toFixed(2)} s`);
        await network.flush();
        // An attempt that spans both would find each address dead when it comes to it.
        await vigil.stays('up with both', 4_000, well);
      }
      return took.join('; ');
    },
  },
];
