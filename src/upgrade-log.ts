import { type PackageUpgrade, parseUpgrades } from './diagnose/upgrades.ts';
import type { StateFiles } from './remember/files.ts';

const LOG_TAIL_BYTES = 1_000_000;

/** Takes the files of /var/log and gives the latest upgrades (Debian); `undefined` where no such log can be read. */
export async function readUpgrades(files: StateFiles): Promise<readonly PackageUpgrade[] | undefined> {
  try {
    const bytes = await files.read('dpkg.log', LOG_TAIL_BYTES);
    return bytes === undefined ? undefined : parseUpgrades(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // Not a Debian, or not for us to read: said as unknown.
  }
}
