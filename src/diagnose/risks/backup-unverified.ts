import { coverageOf, expectedDatabases, namesOf } from './backups.ts';
import type { RiskRule } from './rule.ts';

/** A database has backups, and none of them was ever restored. Without a backup there is nothing to restore. */
export const backupUnverified: RiskRule = (facts) => {
  const { backups } = facts;
  if (backups.length === 0) return undefined;
  const all = expectedDatabases(facts);
  const { isSaved, isRestored } = coverageOf(backups);
  const saved = (all.length > 0 ? all : ['']).filter(isSaved);
  if (saved.length === 0) return undefined;
  const unproven = saved.filter((datname) => !isRestored(datname));
  if (unproven.length === 0) return false;
  if (backups.some(({ up }) => up !== true)) return undefined;
  return unproven[0] === '' ? {} : { databases: namesOf(unproven) };
};
