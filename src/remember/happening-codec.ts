import type { Happening, HappeningKind } from '../model/journal.ts';

const KINDS = {
  pgvigil_started: true,
  pgvigil_stopped: true,
  server_discovered: true,
  server_up: true,
  server_down: true,
  server_pinned: true,
  server_replaced: true,
  database_appeared: true,
  database_expected: true,
  database_gone: true,
  database_missing: true,
  database_unreadable: true,
  database_shrunk: true,
  database_returned: true,
  database_replaced: true,
  volume_pinned: true,
  volume_missing: true,
  volume_returned: true,
  container_changed: true,
  docker_event: true,
  incident_opened: true,
  incident_explained: true,
  incident_closed: true,
  accepted: true,
  forgotten: true,
  database_verified: true,
  database_adopted: true,
  database_created: true,
  creation_refused: true,
  creation_failed: true,
  command_started: true,
  command_ended: true,
} satisfies Record<HappeningKind, true>;

const NAMES = ['server', 'datname', 'volume', 'container'] as const;

/** One line of the journal, newline included; JSON writes every control character of a hostile name as text. */
export function encodeHappening(happening: Happening): string {
  return `${JSON.stringify(happening)}\n`;
}

/** The happening on a line; `undefined` for a damaged line or one of a kind that we do not know. */
export function decodeHappening(line: string): Happening | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { at, kind, details } = value;
  if (typeof at !== 'number' || typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) return undefined;
  const names: Record<string, string> = {};
  for (const name of NAMES) {
    const found = value[name];
    if (found === undefined) continue;
    if (typeof found !== 'string') return undefined;
    names[name] = found;
  }
  if (details !== undefined && !areDetails(details)) return undefined;
  return { at, kind: kind as HappeningKind, ...names, ...(details === undefined ? {} : { details }) };
}

function areDetails(value: unknown): value is NonNullable<Happening['details']> {
  return (
    isObject(value) &&
    Object.values(value).every(
      (one) => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean',
    )
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
