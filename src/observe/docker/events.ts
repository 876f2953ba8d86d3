import type { DockerEvent } from '../../model/docker.ts';
import { asNumber, asObject, asString, type JsonObject } from './json.ts';

/** Attributes that are evidence; all others, the labels of the container among them, are left out. */
const ATTRIBUTES = [
  'exitCode',
  'signal',
  'driver',
  'container',
  'destination',
  'com.docker.compose.project',
  'com.docker.compose.service',
  'reclaimed',
] as const;
/** What Podman calls otherwise (its `pkg/api/handlers/compat/events.go`). */
const PODMAN_ACTIONS: Readonly<Record<string, string>> = { remove: 'destroy', died: 'die' };
const PODMAN_TYPES: readonly string[] = ['container', 'volume'];

/**
 * Takes one line of GET /events; gives the event, or `undefined` when it is none. Only `Type`, `Action` and `Actor`
 * are read: API 1.52 dropped the older `status`, `id` and `from`.
 */
export function parseEvent(line: string): DockerEvent | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  const raw = asObject(parsed);
  const actor = asObject(raw['Actor']);
  const type = asString(raw['Type']);
  const verb = asString(raw['Action']).split(':', 1)[0]?.trim() ?? '';
  const at = instantOf(raw);
  if (type === '' || verb === '' || at === undefined) return undefined;
  const attributes = asObject(actor['Attributes']);
  const id = asString(actor['ID']);
  return {
    at,
    timeNano: exactTimeNano(line) ?? String(BigInt(Math.round(at)) * 1_000_000n),
    type,
    action: PODMAN_TYPES.includes(type) ? (PODMAN_ACTIONS[verb] ?? verb) : verb,
    id,
    name: asString(attributes['name']) || (type === 'volume' && id !== '' ? id : undefined),
    attributes: pick(attributes),
  };
}

function pick(raw: JsonObject): ReadonlyMap<string, string> {
  const picked = new Map<string, string>();
  for (const key of ATTRIBUTES) {
    const value = asString(raw[key]);
    if (value !== '') picked.set(key, value);
  }
  const podmanExitCode = asString(raw['containerExitCode']);
  if (podmanExitCode !== '' && !picked.has('exitCode')) picked.set('exitCode', podmanExitCode);
  return picked;
}

function instantOf(raw: JsonObject): number | undefined {
  const nanos = asNumber(raw['timeNano']);
  const seconds = asNumber(raw['time']);
  const at = nanos !== undefined ? nanos / 1e6 : seconds !== undefined ? seconds * 1000 : undefined;
  // Beyond the range of a date it is no time.
  return at !== undefined && Math.abs(at) <= 8.64e15 ? Math.floor(at) : undefined;
}

/** The number does not fit a JavaScript number, so it is read from the text; inside strings quotes are escaped. */
function exactTimeNano(line: string): string | undefined {
  return /"timeNano":\s*(\d{1,20})[\s,}]/.exec(line)?.[1];
}
