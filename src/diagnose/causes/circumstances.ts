import type { Evidence } from '../../model/evidence.ts';
import type { Case } from '../case.ts';

/** A reboot this long before the last good look has nothing to do with the loss. */
const REBOOT_MATTERS_MS = 10 * 60_000;

/** What an investigation asks about every loss, whatever its cause: the disk of the data, and a reboot. */
export function circumstances(facts: Case): readonly Evidence[] {
  return [...diskFigures(facts), ...reboot(facts)];
}

function diskFigures({ filesystem }: Case): readonly Evidence[] {
  const usage = filesystem?.usage?.observation;
  if (!filesystem || !usage?.seen) return [];
  const { availBytes, sizeBytes, files, filesFree } = usage.facts;
  return [
    {
      kind: 'disk_figures',
      at: usage.at,
      source: 'filesystem',
      facts: {
        mountpoint: filesystem.mountpoint,
        avail_bytes: availBytes,
        size_bytes: sizeBytes,
        files,
        files_free: filesFree,
      },
    },
  ];
}

function reboot({ bootedAt, wellAt }: Case): readonly Evidence[] {
  if (bootedAt === undefined || wellAt === undefined || bootedAt < wellAt - REBOOT_MATTERS_MS) return [];
  return [
    {
      kind: 'host_booted',
      at: bootedAt,
      source: 'host',
      facts: { booted_at: new Date(bootedAt).toISOString() },
    },
  ];
}
