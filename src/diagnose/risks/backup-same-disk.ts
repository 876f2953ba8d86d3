import type { RiskRule } from './rule.ts';

/** A backup on the disk of the data. Cannot be told as long as no backup is known. */
export const backupSameDisk: RiskRule = () => undefined;
