import * as units from '@grafana/grafana-foundation-sdk/units';
import { below, READONLY_WORDS } from '../colours.ts';
import { DISK_LEFT, INODES_LEFT } from '../expressions.ts';
import { DISK_LEFT_LIMIT, INODES_LEFT_LIMIT, TIME_TO_FULL_LIMIT } from '../limits.ts';
import { HOST, tablePanel } from '../panels/table.ts';
import { select } from '../select.ts';

const available = select('pgvigil_filesystem_avail_bytes');

/** Seconds until a filesystem is full if it goes on as in the last 6 hours; nothing for one that does not fill. */
export const TIME_TO_FULL = `min without (instance, job, device, fstype) (${available} / (0 - deriv(${available}[6h]) > 0))`;

/** Every filesystem that matters: those that hold data, Docker's root, backups. */
export function filesystemTable({ id, height }: { readonly id: number; readonly height: number }) {
  return tablePanel({
    id,
    title: 'Filesystems',
    description: 'Those that hold data, the root of Docker, and those named in the configuration.',
    width: 24,
    height,
    none: 'no filesystem was looked at yet',
    columns: [
      HOST,
      { label: 'mountpoint' },
      {
        title: 'size',
        expr: `max without (instance, job, device, fstype) (${select('pgvigil_filesystem_size_bytes')})`,
        unit: units.BytesIEC,
      },
      {
        title: 'available',
        expr: `min without (instance, job, device, fstype) (${available})`,
        unit: units.BytesIEC,
      },
      {
        title: 'left',
        expr: DISK_LEFT,
        unit: units.PercentUnit,
        decimals: 1,
        steps: below(DISK_LEFT_LIMIT),
      },
      {
        title: 'inodes left',
        expr: INODES_LEFT,
        unit: units.PercentUnit,
        decimals: 1,
        steps: below(INODES_LEFT_LIMIT),
      },
      { title: 'full in', expr: TIME_TO_FULL, unit: units.Seconds, steps: below(TIME_TO_FULL_LIMIT) },
      {
        title: 'read-only',
        expr: `max without (instance, job, device, fstype) (${select('pgvigil_filesystem_readonly')})`,
        mappings: READONLY_WORDS,
      },
    ],
    sortBy: { title: 'left' },
  });
}
