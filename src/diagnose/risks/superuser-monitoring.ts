import type { RiskRule } from './rule.ts';

/** The role that only has to look could do everything. */
export const superuserMonitoring: RiskRule = ({ role }) => {
  if (!role) return undefined;
  return role.superuser && { role: role.name };
};
