import type { BackupSourceVerdict } from '../../model/backup-verdict.ts';
import type { Config, ServerConfig } from '../../model/config.ts';
import type { History } from '../../model/history.ts';
import { RISKS, type Risk, type RiskName } from '../../model/risk.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { anonymousVolume } from './anonymous-volume.ts';
import { backupSameDisk } from './backup-same-disk.ts';
import { backupUnverified } from './backup-unverified.ts';
import { defaultDatabaseOnlyOnFirstInit } from './default-database-only-on-first-init.ts';
import { mountMismatch } from './mount-mismatch.ts';
import { noBackup } from './no-backup.ts';
import { noRestartPolicy } from './no-restart-policy.ts';
import { noVolume } from './no-volume.ts';
import type { RiskCase, RiskRule } from './rule.ts';
import { stateOnWatchedVolume } from './state-on-watched-volume.ts';
import { superuserMonitoring } from './superuser-monitoring.ts';
import { unboundedContainerLogs } from './unbounded-container-logs.ts';

/** Every risk, one file each. */
export const RISK_RULES = {
  anonymous_volume: anonymousVolume,
  no_volume: noVolume,
  mount_mismatch: mountMismatch,
  no_backup: noBackup,
  backup_unverified: backupUnverified,
  backup_same_disk: backupSameDisk,
  superuser_monitoring: superuserMonitoring,
  unbounded_container_logs: unboundedContainerLogs,
  no_restart_policy: noRestartPolicy,
  state_on_watched_volume: stateOnWatchedVolume,
  default_database_only_on_first_init: defaultDatabaseOnlyOnFirstInit,
} as const satisfies Record<RiskName, RiskRule>;

/** What is not lost yet, but would be; a risk that cannot be told is left out. */
export function findRisks(
  config: Config,
  history: History,
  snapshot: Snapshot,
  backups: readonly BackupSourceVerdict[],
): readonly Risk[] {
  return config.servers.flatMap((server) => {
    const ofServer = backups.filter((source) => source.server === server.name);
    return risksOf({ ...caseOf(config, server, history, snapshot), backups: ofServer });
  });
}

function risksOf(facts: RiskCase): readonly Risk[] {
  return RISKS.flatMap((risk): Risk[] => {
    const shown = RISK_RULES[risk](facts);
    if (shown === undefined) return [];
    return [
      { server: facts.server.name, risk, present: shown !== false, facts: shown === false ? {} : shown },
    ];
  });
}

function caseOf(
  config: Config,
  server: ServerConfig,
  history: History,
  snapshot: Snapshot,
): Omit<RiskCase, 'backups'> {
  const placement = snapshot.placements.get(server.name);
  const listed = snapshot.docker.inventory?.observation;
  const inventory = listed?.seen ? listed.facts : undefined;
  return {
    config,
    server,
    memory: history.servers.get(server.name),
    role: snapshot.servers.get(server.name)?.connect?.lastSeen?.facts.role,
    placement,
    container: inventory?.containers.find(({ id }) => id === placement?.container?.id),
    volume: inventory?.volumes.find(({ name }) => name === placement?.volume),
    deviceOf: (mountpoint) => snapshot.disk.filesystems.find((one) => one.mountpoint === mountpoint)?.device,
  };
}
