import { coverageOf, expectedDatabases, namesOf } from './backups.ts';
import type { RiskRule } from './rule.ts';

/** Of this server, or of a database that is expected on it, no backup is known. A source that cannot be read may have one. */
export const noBackup: RiskRule = (facts) => {
  const { server, backups } = facts;
  if (backups.length === 0) return { server: server.name };
  const expected = expectedDatabases(facts);
  const { isSaved } = coverageOf(backups);
  const bare = expected.filter((datname) => !isSaved(datname));
  const isCovered = expected.length > 0 ? bare.length === 0 : isSaved(undefined);
  if (isCovered) return false;
  if (backups.some(({ up, unreadable }) => up !== true || unreadable !== 0)) return undefined;
  return { server: server.name, ...(bare.length > 0 && { databases: namesOf(bare) }) };
};
