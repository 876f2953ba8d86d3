import type { FilesystemVerdict } from '../model/report.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** One verdict for every filesystem watched; figures of one that cannot be measured now are left out. */
export function diagnoseFilesystems(snapshot: Snapshot): readonly FilesystemVerdict[] {
  return snapshot.disk.filesystems.map(({ mountpoint, device, fstype, readonly, usage }) => {
    const look = usage?.observation;
    const facts = look?.seen ? look.facts : undefined;
    return {
      mountpoint,
      device,
      fstype,
      readonly,
      up: look?.seen,
      reason: look && !look.seen ? look.reason : undefined,
      sizeBytes: facts?.sizeBytes,
      availBytes: facts?.availBytes,
      files: facts?.files,
      filesFree: facts?.filesFree,
      servers: [...snapshot.placements]
        .filter(([, placed]) => placed.mountpoint === mountpoint)
        .map(([server]) => server),
    };
  });
}
