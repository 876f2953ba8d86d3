import { readFile, symlink } from 'node:fs/promises';
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
  /** Those its route leads to, also while it is silenced. */
  readonly receivers: readonly { readonly name: string }[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly updatedAt: string;
  readonly status: {
    readonly state: 'unprocessed' | 'active' | 'suppressed';
    readonly inhibitedBy: readonly string[];
    readonly silencedBy: readonly string[];
  };
}

/** Alerts that are told in one message, as GET /api/v2/alerts/groups tells them. */
export interface AlertGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly receiver: { readonly name: string };
  readonly alerts: readonly HeldAlert[];
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
  readonly groups: () => Promise<readonly AlertGroup[]>;
  readonly post: (alerts: readonly PostedAlert[]) => Promise<void>;
  readonly output: () => string;
  /** SIGKILL, as a machine that loses its power; `stop` still has to tidy up. */
  readonly kill: () => void;
  readonly stop: () => Promise<void>;
}

/** What to start. */
export interface AlertmanagerOptions {
  /** `http://host:port` of a webhook that takes everything, as `startWebhook` gives it. */
  readonly webhookUrl: string;
  /** Default: the shipped file. Its timings are kept; only the webhook's address is replaced. */
  readonly configFile?: string;
  /** What a user would change in the file. */
  readonly change?: (text: string) => string;
  /** Default: alone. */
  readonly cluster?: ClusterMember;
}

/** One of several Alertmanagers that tell each other what they have told; addresses are `host:port`. */
export interface ClusterMember {
  readonly listen: string;
  readonly peers: readonly string[];
  readonly peerTimeout: string;
}

/** Starts Alertmanager on a free port and waits until it is ready. Needs `alertmanager`. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<Alertmanager> {
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const workspace = await makeWorkspace('alertmanager');
  const shipped = await readFile(options.configFile ?? join(ROOT, 'alertmanager/alertmanager.yml'), 'utf8');
  const { change = (text: string) => text } = options;
  const configFile = await workspace.write(
    'alertmanager.yml',
    change(withWebhook(shipped, options.webhookUrl)),
  );
  await symlink(join(ROOT, 'alertmanager/templates'), join(workspace.directory, 'templates'));
  const running = await start({
    // Debian adds the prefix.
    command: program('prometheus-alertmanager', 'alertmanager'),
    args: [
      `--config.file=${configFile}`,
      `--storage.path=${join(workspace.directory, 'data')}`,
      `--web.listen-address=${address}`,
      ...clusterFlags(options.cluster),
      // The address that messages link to.
      '--web.external-url=http://alertmanager:9093',
      '--log.level=warn',
    ],
  });
  const stop = async (): Promise<void> => {
    await running.stop();
    await workspace.remove();
  };
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}/api/v2/${path}`, { signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`Alertmanager answers ${response.status}: ${await response.text()}`);
    return await response.json();
  };
  const alerts = async () => (await get('alerts')) as HeldAlert[];
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
    groups: async () => (await get('alerts/groups')) as AlertGroup[],
    async post(posted) {
      const response = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(posted),
        signal: AbortSignal.timeout(10_000),
      });
      if (!response.ok) throw new Error(`Alertmanager answers ${response.status}: ${await response.text()}`);
    },
    output: running.output,
    kill: () => running.signal('SIGKILL'),
    stop,
  };
}

function clusterFlags(cluster: ClusterMember | undefined): readonly string[] {
  if (cluster === undefined) return ['--cluster.listen-address='];
  return [
    `--cluster.listen-address=${cluster.listen}`,
    `--cluster.peer-timeout=${cluster.peerTimeout}`,
    ...cluster.peers.map((peer) => `--cluster.peer=${peer}`),
  ];
}
