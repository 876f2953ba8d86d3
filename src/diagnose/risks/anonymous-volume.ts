import type { RiskRule } from './rule.ts';

/** The data lies in a volume without a name: the next `up` makes another one. */
export const anonymousVolume: RiskRule = ({ container, placement, volume }) => {
  if (!container || !placement) return undefined;
  if (placement.mount !== undefined && placement.volume !== undefined && volume === undefined)
    return undefined;
  return (
    volume?.anonymous === true && { volume: volume.name, destination: placement.mount?.destination ?? '' }
  );
};
