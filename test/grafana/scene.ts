import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAlertmanager } from '../kit/alertmanager.ts';
import { makeWorkspace, ROOT } from '../kit/bundle.ts';
import { startDockerd } from '../kit/docker.ts';
import { type Prometheus, startPrometheus } from '../kit/prometheus.ts';
import { waitFor } from '../kit/wait.ts';
import { startWebhook } from '../kit/webhook.ts';
import { openDockerStage } from '../scenarios/docker-stage.ts';

/** A loss as Prometheus saw it, and how to take everything away again. */
export interface Scene {
  readonly prometheus: Prometheus;
  /** `host:port` of pgvigil, its label `instance`. */
  readonly instance: string;
  /** Unix times in seconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly close: () => Promise<void>;
}

/**
 * A server in a container whose volume, container and databases are watched by the real pgvigil, and scraped by the
 * real Prometheus every second. The container is restarted, then a database is dropped; the rest stays, for a panel
 * without data proves nothing.
 */
export async function playLoss(): Promise<Scene> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const engine = await startDockerd();
    undo.push(() => engine.stop());
    const opened = await openDockerStage('grafana', engine, {}, () => {});
    undo.push(opened.close);
    const { exporter, container, docker, sql, ready } = opened.stage;
    const startedAt = Date.now() / 1000;
    const webhook = await startWebhook();
    undo.push(() => webhook.stop());
    const alertmanager = await startAlertmanager({ webhookUrl: webhook.url });
    undo.push(() => alertmanager.stop());
    const prometheus = await startPrometheus({
      targets: [exporter.address],
      alertmanagers: [alertmanager.address],
      configFile: await everySecond(undo),
    });
    undo.push(() => prometheus.stop());
    const has = (expr: string): Promise<unknown> =>
      waitFor(expr, 60_000, async () => (await prometheus.query(expr)).length > 0 || undefined, 200);

    await has('pgvigil_docker_disk_usage_bytes and on () pgvigil_filesystem_size_bytes');
    await has('count_over_time(pgvigil_database_present[10s]) >= 3');
    await docker('restart', container);
    await has(
      'pgvigil_connection_failures_total > 0 or changes(pgvigil_server_start_timestamp_seconds[1m]) > 0',
    );
    await ready();
    await has('changes(pgvigil_server_start_timestamp_seconds[1m]) > 0');
    await sql('DROP DATABASE simfab_dev WITH (FORCE)');
    await has('pgvigil_incident_open{datname="simfab_dev"}');
    await has('pgvigil_connection_failures_total{reason="no_database"} > 0');
    await has('increase(alertmanager_notifications_total{integration="webhook"}[1m]) > 0');
    // Several scrapes of the end.
    await sleep(3_000);
    return { prometheus, instance: exporter.address, startedAt, endedAt: Date.now() / 1000, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The shipped prometheus.yml with short intervals. */
async function everySecond(undo: (() => Promise<unknown>)[]): Promise<string> {
  const workspace = await makeWorkspace('grafana');
  undo.push(workspace.remove);
  const shipped = await readFile(join(ROOT, 'prometheus/prometheus.yml'), 'utf8');
  return workspace.write('prometheus.yml', shipped.replaceAll(/(_interval|_timeout): \d+s/g, '$1: 1s'));
}
