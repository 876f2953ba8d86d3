import type { BackupSourceVerdict } from '../../model/backup-verdict.ts';
import type { RiskCase, RiskRule } from './rule.ts';

/** Every backup that is known lies on the filesystem, or the device, of the data. One elsewhere is enough. */
export const backupSameDisk: RiskRule = (facts) => {
  const kept = facts.backups.filter(({ databases }) =>
    databases.some(({ places }) => places.some(({ newestAt }) => newestAt !== undefined)),
  );
  if (kept.length === 0) return undefined;
  const isElsewhere = kept.map((source) => liesElsewhere(source, facts));
  if (isElsewhere.includes(true)) return false;
  if (isElsewhere.includes(undefined)) return undefined;
  const [{ directory = '', mountpoint = '' } = {}] = kept;
  return { directory, mountpoint };
};

/** `undefined`: it cannot be told where they lie, or where the data does. */
function liesElsewhere(source: BackupSourceVerdict, { placement, deviceOf }: RiskCase): boolean | undefined {
  const places = source.databases.flatMap((one) => one.places);
  if (places.some(({ location, newestAt }) => location === 'offsite' && newestAt !== undefined)) return true;
  const { mountpoint } = source;
  const data = placement?.mountpoint;
  if (mountpoint === undefined || data === undefined) return undefined;
  if (mountpoint === data) return false;
  const [device, ofData] = [deviceOf(mountpoint), deviceOf(data)];
  if (device === undefined || ofData === undefined) return undefined;
  // Only a block device is one disk: `tmpfs` and `overlay` are names of many.
  return !(device.startsWith('/') && device === ofData);
}
