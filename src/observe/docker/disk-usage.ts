import type { DiskUsageFacts, DiskUsageType } from '../../model/docker.ts';
import { ProtocolError } from './errors.ts';
import { asArray, asNumber, asObject, asString, type JsonObject } from './json.ts';

type Usage = DiskUsageFacts['usage'][number];

/**
 * Takes the answer of GET /system/df; gives totals and what a prune would free, computed as `docker system df` does.
 * A part that the engine leaves out is left out. Throws `ProtocolError` when no part is there.
 */
export function parseDiskUsage(answer: unknown): DiskUsageFacts {
  const raw = asObject(answer);
  const usage = [
    imagesUsage(raw),
    partUsage('containers', raw['Containers'], sizeOf('SizeRw'), ({ State }) => State !== 'running'),
    partUsage(
      'volumes',
      raw['Volumes'],
      volumeSize,
      (volume) => asObject(volume['UsageData'])['RefCount'] === 0,
    ),
    partUsage('build_cache', raw['BuildCache'], ownCacheSize, ({ InUse }) => InUse !== true),
  ].filter((part): part is Usage => part !== undefined);
  if (usage.length === 0) throw new ProtocolError('no disk usage');
  const volumeSizes = new Map<string, number>();
  for (const volume of asArray(raw['Volumes']).map(asObject)) {
    const name = asString(volume['Name']);
    const sizeBytes = volumeSize(volume);
    if (name !== '' && sizeBytes !== undefined) volumeSizes.set(name, sizeBytes);
  }
  return { usage, volumeSizes };
}

const sizeOf =
  (key: string) =>
  (item: JsonObject): number | undefined => {
    const size = asNumber(item[key]);
    // -1 means "not computed".
    return size !== undefined && size >= 0 ? size : undefined;
  };

function volumeSize(volume: JsonObject): number | undefined {
  return sizeOf('Size')(asObject(volume['UsageData']));
}

/** A shared record is part of an image and counted there. */
function ownCacheSize(record: JsonObject): number | undefined {
  return record['Shared'] === true ? 0 : sizeOf('Size')(record);
}

function partUsage(
  type: DiskUsageType,
  items: unknown,
  size: (item: JsonObject) => number | undefined,
  isReclaimable: (item: JsonObject) => boolean,
): Usage | undefined {
  if (!Array.isArray(items)) return undefined;
  const all = items.map(asObject).map((item) => ({ bytes: size(item) ?? 0, free: isReclaimable(item) }));
  const sum = (some: readonly { readonly bytes: number }[]): number =>
    some.reduce((a, { bytes }) => a + bytes, 0);
  return { type, bytes: sum(all), reclaimableBytes: sum(all.filter(({ free }) => free)) };
}

/** Images share layers: the total is told apart, and an image in use keeps what only it has. */
function imagesUsage(raw: JsonObject): Usage | undefined {
  const bytes = sizeOf('LayersSize')(raw);
  if (bytes === undefined) return undefined;
  const usedBytes = asArray(raw['Images'])
    .map(asObject)
    .filter((image) => (asNumber(image['Containers']) ?? 0) > 0)
    .reduce((sum, image) => sum + (sizeOf('Size')(image) ?? 0) - (sizeOf('SharedSize')(image) ?? 0), 0);
  return { type: 'images', bytes, reclaimableBytes: Math.max(0, bytes - usedBytes) };
}
