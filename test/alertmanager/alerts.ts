/** An alert with its severity, and the labels that say what it is about. */
export interface AlertKind {
  readonly alertname: string;
  readonly severity: string;
  /** Beside `alertname` and `severity`, and `host`, which only a fleet has. */
  readonly objects: readonly string[];
}

const KINDS = [
  ['DatabaseMissing', 'critical', 'datname,server'],
  ['DatabaseUnreadable', 'critical', 'datname,server'],
  ['DatabaseShrunk', 'critical', 'datname,server'],
  ['DatabasePresenceUnknown', 'warning', 'datname,server'],
  ['DatabaseReplaced', 'critical', 'datname,server'],
  ['ServerReplaced', 'critical', 'server'],
  ['ServerReinitialized', 'critical', 'server'],
  ['ServerDown', 'critical', 'server'],
  ['ServerBlind', 'critical', 'server'],
  ['CheckpointTooOld', 'warning', 'server'],
  ['ChecksumFailures', 'critical', 'datname,server'],
  ['ConnectionFailures', 'warning', 'datname,reason,server'],
  ['ConnectionsNearLimit', 'warning', 'server'],
  ['ConnectionsNearLimit', 'critical', 'server'],
  ['DatabaseGrowthAnomalous', 'warning', 'datname,server'],
  ['DatabaseGrowthFast', 'warning', 'datname,server'],
  ['DatabaseSizesStale', 'warning', 'server'],
  ['Risk', 'warning', 'risk,server'],
  ['Risk', 'info', 'risk,server'],
  ['VolumeMissing', 'critical', 'server,volume'],
  ['DataOffVolume', 'critical', 'server,volume'],
  ['VolumePresenceUnknown', 'warning', 'server,volume'],
  ['ContainerRestarting', 'warning', 'container,server'],
  ['ContainerOomKilled', 'warning', 'container,server'],
  ['DiskFull', 'critical', 'server'],
  ['DiskAlmostFull', 'warning', 'mountpoint'],
  ['DiskAlmostFull', 'critical', 'mountpoint'],
  ['DiskFullSoon', 'warning', 'mountpoint'],
  ['DiskFullSoon', 'critical', 'mountpoint'],
  ['InodesAlmostUsedUp', 'warning', 'mountpoint'],
  ['InodesAlmostUsedUp', 'critical', 'mountpoint'],
  ['FilesystemReadonly', 'critical', 'mountpoint'],
  ['FilesystemStuck', 'critical', 'mountpoint'],
  ['NoBackup', 'warning', 'server'],
  ['BackupUnverified', 'warning', 'server'],
  ['BackupSameDisk', 'warning', 'server'],
  ['ExporterDown', 'critical', ''],
  ['ExporterAbsent', 'critical', ''],
  ['ReportStale', 'critical', ''],
  ['ObserverFailing', 'warning', 'observer,target'],
  ['DockerDown', 'warning', ''],
  ['DockerEventsLost', 'warning', ''],
  ['StateNotDurable', 'warning', ''],
  ['StateCorrupt', 'warning', ''],
  ['ConfigReloadFailed', 'warning', ''],
  ['SeriesDropped', 'warning', ''],
  ['ScrapeLostSeries', 'warning', ''],
  ['AlertPushFailing', 'warning', ''],
  ['Watchdog', 'none', ''],
  ['Heartbeat', 'none', ''],
  ['PrometheusRuleFailures', 'warning', ''],
  ['PrometheusNotificationsFailing', 'warning', ''],
  ['PrometheusConfigReloadFailed', 'warning', ''],
  ['PrometheusStorageFailing', 'warning', ''],
  ['AlertmanagerDown', 'critical', ''],
  ['AlertmanagerConfigReloadFailed', 'warning', ''],
  ['AlertmanagerNotificationsFailing', 'critical', ''],
] as const;

/** All alerts; sorted. */
export function alertKinds(): readonly AlertKind[] {
  return KINDS.map(([name, severity, objects]) => ({
    alertname: `PgVigil${name}`,
    severity,
    objects: objects.split(',').filter((label) => label !== ''),
  })).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** One line for one kind: `DiskAlmostFull warning {mountpoint}`. */
export function nameOf({ alertname, severity, objects }: AlertKind): string {
  return `${alertname.replace(/^PgVigil/, '')} ${severity} {${objects.join(', ')}}`;
}
