import type { RiskRule } from './rule.ts';

/** After a reboot or a crash the container stays down. */
export const noRestartPolicy: RiskRule = ({ container }) => {
  const policy = container?.inspection?.restartPolicy;
  if (!container || policy === undefined) return undefined;
  return (policy === '' || policy === 'no') && { container: container.name };
};
