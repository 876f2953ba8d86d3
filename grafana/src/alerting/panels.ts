import { BACKUP_PANELS } from '../dashboards/backups.ts';
import { DATABASE_PANELS } from '../dashboards/database.ts';
import { INCIDENT_PANELS } from '../dashboards/incident.ts';
import { OVERVIEW_PANELS } from '../dashboards/overview.ts';
import { SELF_PANELS } from '../dashboards/self.ts';
import { COST_PANELS } from '../dashboards/self-cost.ts';
import { MONITORING_PANELS } from '../dashboards/self-monitoring.ts';
import { STORAGE_PANELS } from '../dashboards/storage.ts';
import { UIDS } from '../links.ts';

/** A panel of a dashboard. */
export interface Place {
  readonly dashboardUid: string;
  readonly panelId: number;
}

const on =
  (dashboardUid: string) =>
  (panelId: number): Place => ({ dashboardUid, panelId });
const overview = on(UIDS.overview);
const database = on(UIDS.database);
const incident = on(UIDS.incident);
const storage = on(UIDS.storage);
const backups = on(UIDS.backups);
const self = on(UIDS.self);

/** Where one sees what an alert is about: a panel of the dashboard that its `dashboard_url` leads to. */
export const ALERT_PANELS: Readonly<Record<string, Place>> = {
  PgVigilDatabaseMissing: database(DATABASE_PANELS.presence),
  PgVigilDatabaseUnreadable: database(DATABASE_PANELS.presence),
  PgVigilDatabaseShrunk: database(DATABASE_PANELS.size),
  PgVigilDatabasePresenceUnknown: database(DATABASE_PANELS.presence),
  PgVigilDatabaseReplaced: database(DATABASE_PANELS.identity),
  PgVigilServerReplaced: incident(INCIDENT_PANELS.identity),
  PgVigilServerReinitialized: incident(INCIDENT_PANELS.starts),
  PgVigilServerDown: incident(INCIDENT_PANELS.state),
  PgVigilServerBlind: incident(INCIDENT_PANELS.failures),
  PgVigilCheckpointTooOld: database(DATABASE_PANELS.checkpoints),
  PgVigilChecksumFailures: database(DATABASE_PANELS.checksums),
  PgVigilConnectionFailures: database(DATABASE_PANELS.failures),
  PgVigilConnectionsNearLimit: database(DATABASE_PANELS.connections),
  PgVigilDatabaseGrowthAnomalous: database(DATABASE_PANELS.growth),
  PgVigilDatabaseGrowthFast: database(DATABASE_PANELS.growth),
  PgVigilDatabaseSizesStale: database(DATABASE_PANELS.size),
  PgVigilRisk: overview(OVERVIEW_PANELS.risks),
  PgVigilVolumeMissing: incident(INCIDENT_PANELS.volumes),
  PgVigilDataOffVolume: incident(INCIDENT_PANELS.volumes),
  PgVigilVolumePresenceUnknown: storage(STORAGE_PANELS.volumes),
  PgVigilContainerRestarting: incident(INCIDENT_PANELS.starts),
  PgVigilContainerOomKilled: incident(INCIDENT_PANELS.starts),
  PgVigilDiskFull: incident(INCIDENT_PANELS.disk),
  PgVigilDiskAlmostFull: storage(STORAGE_PANELS.left),
  PgVigilDiskFullSoon: storage(STORAGE_PANELS.timeToFull),
  PgVigilInodesAlmostUsedUp: storage(STORAGE_PANELS.inodes),
  PgVigilFilesystemReadonly: storage(STORAGE_PANELS.readonly),
  PgVigilFilesystemStuck: storage(STORAGE_PANELS.stuck),
  PgVigilNoBackup: backups(BACKUP_PANELS.servers),
  PgVigilBackupMissing: backups(BACKUP_PANELS.backups),
  PgVigilBackupTooOld: backups(BACKUP_PANELS.age),
  PgVigilBackupLastRunFailed: backups(BACKUP_PANELS.runs),
  PgVigilBackupShrank: backups(BACKUP_PANELS.size),
  PgVigilBackupIdentityChanged: backups(BACKUP_PANELS.backups),
  PgVigilBackupRetentionHeld: backups(BACKUP_PANELS.held),
  PgVigilBackupUnverified: backups(BACKUP_PANELS.proof),
  PgVigilBackupNeverVerified: backups(BACKUP_PANELS.servers),
  PgVigilBackupSameDisk: backups(BACKUP_PANELS.servers),
  PgVigilBackupSpaceShort: backups(BACKUP_PANELS.space),
  PgVigilBackupSourceUnreadable: backups(BACKUP_PANELS.sources),
  PgVigilRestoreTestFailed: backups(BACKUP_PANELS.tests),
  PgVigilRestoreTestInconclusive: backups(BACKUP_PANELS.tests),
  PgVigilExporterDown: self(SELF_PANELS.up),
  PgVigilExporterAbsent: self(SELF_PANELS.up),
  PgVigilReportStale: self(SELF_PANELS.age),
  PgVigilObserverFailing: self(SELF_PANELS.observers),
  PgVigilDockerDown: self(SELF_PANELS.docker),
  PgVigilDockerEventsLost: self(SELF_PANELS.dockerEvents),
  PgVigilStateNotDurable: self(SELF_PANELS.durable),
  PgVigilStateCorrupt: self(SELF_PANELS.corrupt),
  PgVigilCertificateExpiring: self(SELF_PANELS.certificate),
  PgVigilConfigReloadFailed: self(SELF_PANELS.reload),
  PgVigilSeriesDropped: self(SELF_PANELS.dropped),
  PgVigilScrapeLostSeries: self(COST_PANELS.series),
  PgVigilAlertPushFailing: self(SELF_PANELS.pushes),
  PgVigilWatchdog: self(SELF_PANELS.up),
  PgVigilHeartbeat: self(SELF_PANELS.age),
  PgVigilPrometheusRuleFailures: self(MONITORING_PANELS.rules),
  PgVigilPrometheusNotificationsFailing: self(MONITORING_PANELS.handed),
  PgVigilPrometheusConfigReloadFailed: self(MONITORING_PANELS.reload),
  PgVigilPrometheusStorageFailing: self(MONITORING_PANELS.storage),
  PgVigilAlertmanagerDown: self(MONITORING_PANELS.reachable),
  PgVigilAlertmanagerConfigReloadFailed: self(MONITORING_PANELS.reload),
  PgVigilAlertmanagerNotificationsFailing: self(MONITORING_PANELS.delivered),
};
