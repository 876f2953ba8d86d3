import type { RiskRule } from './rule.ts';

/** The data lies in the container itself and goes away with it. */
export const noVolume: RiskRule = ({ container, placement }) => {
  if (!container || !placement) return undefined;
  return (
    placement.mount === undefined && {
      container: container.name,
      ...(placement.dataDirectory && { data_directory: placement.dataDirectory }),
    }
  );
};
