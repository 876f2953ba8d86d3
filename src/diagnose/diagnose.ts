import type { Cause } from '../model/cause.ts';
import type { Config } from '../model/config.ts';
import type { History } from '../model/history.ts';
import type { IncidentKind } from '../model/incident.ts';
import type { Report, SelfVerdict } from '../model/report.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { diagnoseBackups } from './backups.ts';
import { diagnoseContainers, diagnoseDocker } from './docker.ts';
import { diagnoseFilesystems } from './filesystems.ts';
import { findIncidents } from './incidents.ts';
import { withinLimit } from './limits.ts';
import { observerVerdicts } from './observers.ts';
import { findRisks } from './risks/index.ts';
import { diagnoseServer } from './servers.ts';
import { diagnoseVolumes } from './volumes.ts';

/** What diagnosis is given beside the facts. */
export interface DiagnoseContext {
  readonly config: Config;
  readonly sequence: number;
  readonly self: SelfVerdict;
  /** What the report before said was dropped: a counter that never falls. */
  readonly dropped?: Report['dropped'];
  /** Time that a server is given to restart; 0 for somebody who asks now. */
  readonly graceMs?: number;
}

const GRACE_MS = 30_000;

/** Facts → findings: pure, without clock, input or output. */
export function diagnose(context: DiagnoseContext, remembered: History, snapshot: Snapshot): Report {
  const history = configured(remembered, context.config);
  const { limits } = context.config;
  const servers = context.config.servers.map((server) => diagnoseServer(server, history, snapshot));
  const volumes = withinLimit(
    diagnoseVolumes(history, snapshot),
    limits.volumes,
    (volume) => volume.expected,
  );
  const filesystems = withinLimit(
    diagnoseFilesystems(snapshot),
    limits.filesystems,
    (filesystem) => filesystem.servers.length > 0,
  );
  const databases = servers.map((server) =>
    withinLimit(server.databases, limits.databases, (database) => database.expected !== undefined),
  );
  const backups = diagnoseBackups(context.config, history, snapshot);
  const host = snapshot.disk.host?.lastSeen?.facts;
  return {
    at: snapshot.at,
    monotonicMs: snapshot.monotonicMs,
    sequence: context.sequence,
    servers: servers.map((server, index) => ({ ...server, databases: databases[index]?.kept ?? [] })),
    docker: diagnoseDocker(snapshot.docker),
    volumes: volumes.kept,
    containers: diagnoseContainers(history, snapshot),
    filesystems: filesystems.kept,
    backups,
    host: { bootedAt: host?.bootedAt, hostname: host?.hostname },
    observers: observerVerdicts(snapshot),
    incidents: findIncidents(context.config, history, snapshot, {
      startedAt: context.self.startedAt,
      graceMs: context.graceMs ?? GRACE_MS,
    }),
    incidentCounts: counts(history),
    risks: findRisks(context.config, history, snapshot, backups),
    dropped: grown(context.dropped, {
      server: context.self.discovery?.leftOut ?? 0,
      database: databases.reduce((sum, { dropped }) => sum + dropped, 0),
      volume: volumes.dropped,
      filesystem: filesystems.dropped + snapshot.disk.dropped,
    }),
    self: context.self,
  };
}

/** Counters as the report gives them: one for every server, kind and cause that occurred. */
function counts(history: History): Report['incidentCounts'] {
  return [...history.incidentCounts].map(([key, count]) => {
    const [server, kind, cause] = JSON.parse(key) as [string, IncidentKind, Cause];
    return { server, kind, cause, count };
  });
}

/** Only what the config names: other servers are remembered, and not looked at. */
function configured(history: History, { servers }: Config): History {
  const names = new Set(servers.map(({ name }) => name));
  return {
    ...history,
    servers: new Map([...history.servers].filter(([name]) => names.has(name))),
    volumes: new Map([...history.volumes].filter(([, { server }]) => names.has(server))),
  };
}

function grown(before: Report['dropped'] | undefined, now: Report['dropped']): Report['dropped'] {
  return {
    server: Math.max(before?.server ?? 0, now.server),
    database: Math.max(before?.database ?? 0, now.database),
    volume: Math.max(before?.volume ?? 0, now.volume),
    filesystem: Math.max(before?.filesystem ?? 0, now.filesystem),
  };
}
