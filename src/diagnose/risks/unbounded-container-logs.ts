import type { RiskRule } from './rule.ts';

/** Drivers that write files of their own, without a limit unless one is set (Docker docs, json-file). */
const WRITES_FILES = 'json-file';

/** The container's log grows until the disk that also holds the data is full. */
export const unboundedContainerLogs: RiskRule = ({ container }) => {
  const inspection = container?.inspection;
  if (!container || !inspection) return undefined;
  const bounded = inspection.logDriver !== WRITES_FILES || inspection.logOptions.has('max-size');
  return !bounded && { container: container.name, log_driver: inspection.logDriver };
};
