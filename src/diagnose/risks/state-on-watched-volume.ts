import type { RiskRule } from './rule.ts';

/** What pgvigil remembers lies where it would be lost together with the data. */
export const stateOnWatchedVolume: RiskRule = ({ config, placement }) => {
  if (!placement?.hostPath) return undefined;
  const { directory } = config.state;
  const inside = directory === placement.hostPath || directory.startsWith(`${placement.hostPath}/`);
  return inside && { state_directory: directory, data: placement.hostPath };
};
