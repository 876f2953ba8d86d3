import type { DatabaseMemory, History, ServerMemory, TablesMemory, VolumeMemory } from '../model/history.ts';

/** The fields that move with every look: a crash may cost the last minutes of them. */
const LIGHT = new Set<
  keyof DatabaseMemory | keyof ServerMemory | keyof VolumeMemory | keyof TablesMemory | keyof History
>(['seenMs', 'lastSeenAt', 'lastUpAt', 'catalogAt', 'wellAt', 'countedAt', 'lastSizeBytes', 'lastEventNano']);

/** True when the two differ in something that has to be on the disk at once: an identity, an expectation, a loss. */
export function differInWeight(before: History, now: History): boolean {
  return !alike(before, now);
}

function alike(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (left instanceof Map && right instanceof Map) {
    if (left.size !== right.size) return false;
    for (const [key, value] of left) if (!right.has(key) || !alike(value, right.get(key))) return false;
    return true;
  }
  if (!isObject(left) || !isObject(right) || left instanceof Map || right instanceof Map) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) {
    if (!(LIGHT as ReadonlySet<string>).has(key) && !alike(left[key], right[key])) return false;
  }
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
