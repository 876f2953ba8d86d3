import type { Latest } from './observation.ts';
import type { DiskReason } from './reason.ts';
import type { Instant } from './time.ts';

/** A line of /proc/self/mountinfo that we use (proc(5)). */
export interface MountEntry {
  readonly mountpoint: string;
  readonly device: string;
  readonly fstype: string;
  /** Nobody can write on it: super options say `ro`, or ext4 says `emergency_ro`. */
  readonly readonly: boolean;
}

export interface FilesystemUsage {
  readonly sizeBytes: number;
  /** For a process without privileges: `f_bavail`, not `f_bfree`. */
  readonly availBytes: number;
  readonly files: number;
  readonly filesFree: number;
}

export interface FilesystemView extends MountEntry {
  readonly usage: Latest<FilesystemUsage, DiskReason> | undefined;
}

export interface HostFacts {
  readonly bootedAt: Instant;
  readonly hostname: string;
  /** For example `Debian GNU/Linux 12`. */
  readonly os: string;
  readonly kernel: string;
}

/** Everything the disk observer knows now. */
export interface DiskView {
  readonly filesystems: readonly FilesystemView[];
  /** The mount that covers each path asked for; a path whose mount is unknown is absent. */
  readonly mountpointOf: ReadonlyMap<string, string>;
  /** Filesystems that the limit cut off. */
  readonly dropped: number;
  readonly host: Latest<HostFacts, DiskReason> | undefined;
}
