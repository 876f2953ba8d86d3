import { program } from '../../test/kit/needs.ts';
import { freePort } from '../../test/kit/ports.ts';
import { type Running, start, whileRunning } from '../../test/kit/process.ts';
import { waitFor } from '../../test/kit/wait.ts';

/** A postgres_exporter as it comes, and where it is scraped. */
export interface Peer {
  readonly address: string;
  readonly pid: number;
  readonly stop: () => ReturnType<Running['stop']>;
}

/** Starts postgres_exporter on one server. */
export async function startPeer(url: string): Promise<Peer> {
  const address = `127.0.0.1:${await freePort()}`;
  const running = await start({
    command: program('prometheus-postgres-exporter', 'postgres_exporter'),
    args: [`--web.listen-address=${address}`, '--log.level=error'],
    env: { ...process.env, DATA_SOURCE_NAME: `${url}?sslmode=disable` },
  });
  const ready = waitFor('postgres_exporter answers', 60_000, async () => {
    const text = await (await fetch(`http://${address}/metrics`)).text();
    return text.includes('pg_up 1') || undefined;
  });
  await whileRunning(running, 'postgres_exporter', ready);
  return { address, pid: running.pid, stop: () => running.stop() };
}

/**
 * The fastest rules that its metrics allow. A database that is gone takes its size with it, and `pg_up` keeps a
 * server that is down from looking like one without databases. Both fire at the first look, without `for`: the second
 * one at every restart, too. Each alert gets a `server` of its own, so that no page waits for the group of another.
 */
export const PEER_RULES = `
groups:
  - name: postgres_exporter
    rules:
      - alert: PeerDatabaseGone
        expr: |
          (last_over_time(pg_database_size_bytes[10m]) unless pg_database_size_bytes)
          and on (instance) pg_up == 1
        labels: { severity: critical, server: '{{ $labels.datname }}' }
      - alert: PeerServerDown
        expr: pg_up == 0
        labels: { severity: critical }
`;

/** The job of postgres_exporter, for the end of prometheus.yml: the same intervals as everything else. */
export const peerJob = (targetsFile: string): string => `
  - job_name: postgres_exporter
    file_sd_configs: [{ files: ['${targetsFile}'], refresh_interval: 5s }]
`;
