import type { Latest } from '../model/observation.ts';
import type { ObserverVerdict } from '../model/report.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** How each look went: whether it saw, how long it took, when it last saw. */
export function observerVerdicts(snapshot: Snapshot): readonly ObserverVerdict[] {
  const verdicts: (ObserverVerdict | undefined)[] = [];
  for (const [server, view] of snapshot.servers) {
    verdicts.push(
      verdict('postgres_connect', server, view.connect),
      verdict('postgres_catalog', server, view.catalog),
      verdict('postgres_sizes', server, view.sizes),
    );
  }
  if (snapshot.docker.enabled) {
    verdicts.push(
      verdict('docker', 'engine', snapshot.docker.engine),
      verdict('docker', 'inventory', snapshot.docker.inventory),
      verdict('docker', 'disk_usage', snapshot.docker.diskUsage),
    );
  }
  for (const { mountpoint, usage } of snapshot.disk.filesystems)
    verdicts.push(verdict('filesystem', mountpoint, usage));
  for (const [source, { backups }] of snapshot.backups) verdicts.push(verdict('backups', source, backups));
  verdicts.push(verdict('host', 'host', snapshot.disk.host));
  return verdicts.filter((found) => found !== undefined);
}

function verdict(
  observer: string,
  target: string,
  latest: Latest<unknown> | undefined,
): ObserverVerdict | undefined {
  if (latest === undefined) return undefined;
  const { observation, lastSeen } = latest;
  return {
    observer,
    target,
    up: observation.seen,
    reason: observation.seen ? undefined : observation.reason,
    durationMs: observation.tookMs,
    lastSuccessAt: lastSeen?.at,
  };
}
