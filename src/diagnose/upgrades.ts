import type { Instant } from '../model/time.ts';

/** One package that was upgraded. */
export interface PackageUpgrade {
  readonly at: Instant;
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Packages whose upgrade restarts or replaces what we watch. */
const RELEVANT = /^(docker|containerd|moby|runc|podman|postgresql|linux-image|libc6|systemd)/;
/** `2026-11-22 06:25:01 upgrade docker.io:amd64 20.10.24-1 20.10.24-2`, in local time (dpkg(1), log file). */
const LINE = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) upgrade ([^\s:]+)(?::\S+)? (\S+) (\S+)$/;

/** Reads the upgrades that matter out of dpkg's log; lines of any other kind are passed over. */
export function parseUpgrades(log: string): readonly PackageUpgrade[] {
  return log.split('\n').flatMap((line): PackageUpgrade[] => {
    const match = LINE.exec(line);
    if (!match) return [];
    const [, year, month, day, hour, minute, second, name = '', from = '', to = ''] = match;
    if (!RELEVANT.test(name)) return [];
    const at = new Date(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    ).getTime();
    return [{ at, name, from, to }];
  });
}
