import type { RiskRule } from './rule.ts';

/** Nobody told pgvigil of a backup of this server: whether there is one, and whether it works, is not known. */
export const noBackup: RiskRule = ({ server }) => ({ server: server.name });
