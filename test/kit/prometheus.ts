import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkspace, ROOT, withAddresses } from './bundle.ts';
import { program } from './needs.ts';
import { freePort } from './ports.ts';
import { start, whileRunning } from './process.ts';
import { waitFor } from './wait.ts';

/** One element of an instant vector. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus with the shipped configuration and rules. */
export interface Prometheus {
  readonly url: string;
  /** `host:port`. */
  readonly address: string;
  readonly pid: number;
  /** The result of an instant query that gives a vector or a scalar. */
  readonly query: (expr: string) => Promise<readonly Sample[]>;
  /** Pending and firing alerts. */
  readonly alerts: () => Promise<readonly PrometheusAlert[]>;
  /** How the evaluation of each group went last. */
  readonly ruleGroups: () => Promise<readonly EvaluatedGroup[]>;
  readonly output: () => string;
  /** SIGKILL; `stop` still has to tidy up. */
  readonly kill: () => void;
  readonly stop: () => Promise<void>;
}

/** Durations in seconds. */
export interface EvaluatedGroup {
  readonly file: string;
  readonly name: string;
  readonly interval: number;
  readonly rules: readonly {
    readonly name: string;
    readonly health: 'ok' | 'err' | 'unknown';
    readonly lastError?: string;
  }[];
}

export interface PrometheusAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What to start; addresses are `host:port`. */
export interface PrometheusOptions {
  /** Targets of the job `pgvigil`, where the file lists them itself. */
  readonly targets?: readonly string[];
  /** Where it discovers them instead: see `PrometheusAddresses`. */
  readonly discovery?: string;
  readonly alertmanagers?: readonly string[];
  /** Default: the shipped file. Its timings are kept; only its addresses are replaced. */
  readonly configFile?: string;
  /** Default: the shipped rules. */
  readonly ruleFiles?: readonly string[];
  /** What a user would change in the file. */
  readonly change?: (text: string) => string;
  /** More arguments of the command line. */
  readonly flags?: readonly string[];
}

/**
 * Starts Prometheus on a free port and waits until it is ready and knows its Alertmanagers, which takes it 5 s:
 * an alert that fires before that is dropped and sent again only after a minute. Needs `prometheus`.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const workspace = await makeWorkspace('prometheus');
  const shipped = await readFile(options.configFile ?? join(ROOT, 'prometheus/prometheus.yml'), 'utf8');
  const { change = (text) => text } = options;
  const configFile = await workspace.write(
    'prometheus.yml',
    change(
      withAddresses(shipped, {
        pgvigil: options.targets ?? [],
        ...(options.discovery !== undefined && { discovery: options.discovery }),
        alertmanagers: options.alertmanagers ?? [],
        self: address,
        ruleFiles: options.ruleFiles ?? [join(ROOT, 'prometheus/rules/*.yml')],
      }),
    ),
  );
  const running = await start({
    command: program('prometheus'),
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(workspace.directory, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
      ...(options.flags ?? []),
    ],
  });
  const stop = async (): Promise<void> => {
    await running.stop();
    await workspace.remove();
  };
  try {
    const ready = waitFor('Prometheus is ready', 30_000, () => isOk(`${url}/-/ready`));
    await whileRunning(running, 'prometheus', ready);
    const known = waitFor('Prometheus knows its Alertmanagers', 30_000, async () => {
      const data = (await api(`${url}/api/v1/alertmanagers`)) as { activeAlertmanagers: unknown[] };
      return data.activeAlertmanagers.length === (options.alertmanagers ?? []).length || undefined;
    });
    await whileRunning(running, 'prometheus', known);
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    url,
    address,
    pid: running.pid,
    async query(expr) {
      const data = await api(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
      return samples(data as QueryData);
    },
    async alerts() {
      return ((await api(`${url}/api/v1/alerts`)) as { alerts: PrometheusAlert[] }).alerts;
    },
    async ruleGroups() {
      return ((await api(`${url}/api/v1/rules`)) as { groups: EvaluatedGroup[] }).groups;
    },
    output: running.output,
    kill: () => running.signal('SIGKILL'),
    stop,
  };
}

type QueryData =
  | {
      readonly resultType: 'vector';
      readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
    }
  | { readonly resultType: 'scalar'; readonly result: [number, string] };

function samples(data: QueryData): Sample[] {
  if (data.resultType === 'scalar') return [{ labels: {}, value: Number(data.result[1]) }];
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

async function api(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const body = (await response.json()) as { status: string; error?: string; data: unknown };
  if (body.status !== 'success') throw new Error(`${url}: ${body.error ?? response.status}`);
  return body.data;
}

async function isOk(url: string): Promise<true | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.ok || undefined;
}
