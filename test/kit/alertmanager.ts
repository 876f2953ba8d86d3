import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkspace, ROOT, withWebhook } from './bundle.ts';
import { program } from './needs.ts';
import { freePort } from './ports.ts';
import { start, whileRunning } from './process.ts';
import { waitFor } from './wait.ts';

/** An alert as GET /api/v2/alerts tells it. */
export interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: {
    readonly state: 'unprocessed' | 'active' | 'suppressed';
    readonly inhibitedBy: readonly string[];
    readonly silencedBy: readonly string[];
  };
}

/** An alert for POST /api/v2/alerts. */
export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly generatorURL?: string;
}

/** An Alertmanager with the shipped configuration. */
export interface Alertmanager {
  readonly url: string;
  /** `host:port`. */
  readonly address: string;
  readonly pid: number;
  readonly alerts: () => Promise<readonly HeldAlert[]>;
  readonly post: (alerts: readonly PostedAlert[]) => Promise<void>;
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

/** What to start. */
export interface AlertmanagerOptions {
  /** `http://host:port` of a webhook that takes everything, as `startWebhook` gives it. */
  readonly webhookUrl: string;
  /** Default: the shipped file. Its timings are kept; only the webhook's address is replaced. */
  readonly configFile?: string;
}

/** Starts Alertmanager on a free port, without a cluster, and waits until it is ready. Needs `alertmanager`. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<Alertmanager> {
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const workspace = await makeWorkspace('alertmanager');
  const shipped = await readFile(options.configFile ?? join(ROOT, 'alertmanager/alertmanager.yml'), 'utf8');
  const configFile = await workspace.write('alertmanager.yml', withWebhook(shipped, options.webhookUrl));
  const running = await start({
    // Debian adds the prefix.
    command: program('prometheus-alertmanager', 'alertmanager'),
    args: [
      `--config.file=${configFile}`,
      `--storage.path=${join(workspace.directory, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
  });
  const stop = async (): Promise<void> => {
    await running.stop();
    await workspace.remove();
  };
  const alerts = async (): Promise<HeldAlert[]> => {
    const response = await fetch(`${url}/api/v2/alerts`, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`Alertmanager answers ${response.status}: ${await response.text()}`);
    return (await response.json()) as HeldAlert[];
  };
  try {
    await whileRunning(running, 'alertmanager', waitFor('Alertmanager is ready', 30_000, alerts));
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    url,
    address,
    pid: running.pid,
    alerts,
    async post(posted) {
      const response = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(posted),
        signal: AbortSignal.timeout(5_000),
      });
      if (!response.ok) throw new Error(`Alertmanager answers ${response.status}: ${await response.text()}`);
    },
    output: running.output,
    stop,
  };
}
