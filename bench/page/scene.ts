import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startAlertmanager } from '../../test/kit/alertmanager.ts';
import { makeWorkspace, ROOT } from '../../test/kit/bundle.ts';
import { type Exporter, startExporter } from '../../test/kit/exporter.ts';
import { startPrometheus } from '../../test/kit/prometheus.ts';
import { waitFor } from '../../test/kit/wait.ts';
import { startWebhook, type Webhook } from '../../test/kit/webhook.ts';
import type { Series } from './figures.ts';
import { PEER_RULES, peerJob } from './peer.ts';

/**
 * pgvigil and postgres_exporter with one Prometheus, and two Alertmanagers with the shipped configuration: one hears
 * pgvigil only, the other Prometheus only, so that one act shows how long each of them takes.
 */
export interface Scene {
  readonly exporter: Exporter;
  readonly pushed: Webhook;
  readonly scraped: Webhook;
  /** Exchanges the servers that pgvigil and postgres_exporter watch, and waits until Prometheus has them. */
  readonly watch: (servers: readonly object[], peers: readonly PeerTarget[]) => Promise<void>;
  /** Waits until this expression gives something. */
  readonly until: (expr: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A postgres_exporter and the server it looks at. */
export interface PeerTarget {
  readonly address: string;
  readonly server: string;
}

/** Longer than any page of a path that works. */
const GIVE_UP_MS = 60_000;

export async function openScene(more: object, docker: boolean): Promise<Scene> {
  const workspace = await makeWorkspace('bench');
  const targetsFile = await workspace.write('peers.yml', '[]\n');
  const rules = await workspace.write('peer-rules.yml', PEER_RULES);
  const [pushed, scraped] = [await startWebhook(), await startWebhook()];
  const hears = [
    await startAlertmanager({ webhookUrl: pushed.url }),
    await startAlertmanager({ webhookUrl: scraped.url }),
  ] as const;
  const nobody = { name: 'nobody', url: 'postgres://nobody@127.0.0.1:1/postgres' };
  const config = (servers: readonly object[]): object => ({
    servers,
    alertmanager: { urls: [hears[0].url] },
    ...more,
  });
  const exporter = await startExporter(config([nobody]), { docker });
  const prometheus = await startPrometheus({
    targets: [exporter.address],
    alertmanagers: [hears[1].address],
    ruleFiles: [`${ROOT}/prometheus/rules/*.yml`, rules],
    change: (text) => `${text.trimEnd()}${peerJob(targetsFile)}`,
  });
  const until = async (expr: string): Promise<void> => {
    await waitFor(expr, 60_000, async () => (await prometheus.query(expr)).length > 0 || undefined, 200);
  };
  return {
    exporter,
    pushed,
    scraped,
    until,
    async watch(servers, peers) {
      await workspace.write(
        'peers.yml',
        stringify(peers.map(({ address, server }) => ({ targets: [address], labels: { server } }))),
      );
      await exporter.configure(config(servers));
      exporter.running().signal('SIGHUP');
    },
    async stop() {
      await prometheus.stop();
      await exporter.stop();
      for (const alertmanager of hears) await alertmanager.stop();
      await pushed.stop();
      await scraped.stop();
      await workspace.remove();
    },
  };
}

/** Runs that share their processes. Prometheus gives every target and every group of rules a phase of its own, for good. */
const BATCH = 4;

/** The numbers of all runs, in batches; each gets new processes on new addresses, and so other phases. */
export function batchesOf(runs: number): readonly (readonly number[])[] {
  const all = Array.from({ length: runs }, (_, run) => run);
  return Array.from({ length: Math.ceil(runs / BATCH) }, (_, batch) =>
    all.slice(batch * BATCH, (batch + 1) * BATCH),
  );
}

/** Any moment between two scrapes and two evaluations of 5 s. */
export const anyPhase = (): Promise<void> => sleep(Math.random() * 5000);

/** When the page arrived; `undefined` where none did. */
export async function pageAt(
  webhook: Webhook,
  labels: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  try {
    return (await webhook.waitForAlert(labels, GIVE_UP_MS)).at;
  } catch {
    return undefined;
  }
}

/** Writes down how long a page took. */
export function note(series: Series, since: number, at: number | undefined): void {
  if (at === undefined) series.untold += 1;
  else series.tookMs.push(at - since);
}
