import type { RiskRule } from './rule.ts';

/** A backup that was never restored. Cannot be told as long as no backup is known. */
export const backupUnverified: RiskRule = () => undefined;
