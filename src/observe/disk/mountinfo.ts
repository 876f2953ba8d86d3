import type { MountEntry } from '../../model/disk.ts';

/** A mount with its place in the tree of mounts; `id` is new for each mount, so that a remount is noticed. */
export interface Mount extends MountEntry {
  readonly id: number;
  readonly parentId: number;
  /** `major:minor`: mounts that have the same show the same filesystem. */
  readonly deviceId: string;
}

/**
 * The mounts in the text of /proc/self/mountinfo (proc(5)), in its order. Lines that are not understood are
 * left out.
 */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

// 36 35 98:0 /root /mountpoint options [optional fields …] - fstype source super-options
function parseLine(line: string): Mount | undefined {
  const fields = line.split(' ');
  const separator = fields.indexOf('-', 6);
  const [id, parentId, deviceId = '', , mountpoint] = fields;
  if (separator < 0 || id === undefined || parentId === undefined) return undefined;
  const [fstype, source, superOptions] = fields.slice(separator + 1);
  if (!/^\d+$/.test(id) || !/^\d+$/.test(parentId) || !mountpoint?.startsWith('/') || !fstype)
    return undefined;
  return {
    id: Number(id),
    parentId: Number(parentId),
    deviceId,
    mountpoint: decode(mountpoint),
    device: decode(source ?? ''),
    fstype: decode(fstype),
    readonly: isReadonly(superOptions ?? ''),
  };
}

// The options before the separator are those of one mount: `ro` there is how a container is shown the data of
// another one, which goes on filling the disk. A filesystem that is read-only for everybody says so behind it.
// ext4 keeps `rw` after an error and says `emergency_ro` there (fs/ext4/super.c).
function isReadonly(superOptions: string): boolean {
  return superOptions.split(',').some((option) => option === 'ro' || option === 'emergency_ro');
}

/** Space, tab, newline and backslash are written as three octal digits. */
function decode(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
