import type { RiskRule } from './rule.ts';

/** Where every image of PostgreSQL keeps its data, whatever the version. */
const HOME = '/var/lib/postgresql';

/**
 * A volume is mounted for PostgreSQL, and the data is not on it: the path of images up to 17 under an image
 * from 18 on, or the other way round (docker-library/postgres, PR 1259).
 */
export const mountMismatch: RiskRule = ({ container, placement }) => {
  if (!container || !placement) return undefined;
  const idle = container.mounts.find(
    (mount) =>
      mount.type !== 'tmpfs' &&
      isUnder(mount.destination, HOME) &&
      mount.destination !== placement.mount?.destination,
  );
  if (!idle || isUnder(placement.mount?.destination ?? '', idle.destination)) return false;
  return {
    destination: idle.destination,
    ...(idle.volume && { volume: idle.volume }),
    ...(placement.dataDirectory && { data_directory: placement.dataDirectory }),
  };
};

function isUnder(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
