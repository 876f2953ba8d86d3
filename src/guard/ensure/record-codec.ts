import {
  fields,
  list,
  number,
  oneOf,
  optional,
  type Reader,
  record as recordOf,
  StructureError,
  text,
} from '../../model/readers.ts';
import type { Instant } from '../../model/time.ts';
import { type IdentityRecord, RECORD_EVENTS, type RecordedDatabase } from './record.ts';

/** A record that cannot be used. It is never taken for none. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** Readable by people and by a shell; times as people write them. */
export function encodeRecord({ systemIdentifier, databases, history }: IdentityRecord): string {
  const written = {
    schema: SCHEMA,
    systemIdentifier,
    databases: Object.fromEntries(
      [...databases].map(([name, { oid, systemIdentifier: held, firstSeenAt, lastSeenAt, tables }]) => [
        name,
        {
          oid,
          ...(held !== undefined && { systemIdentifier: held }),
          firstSeen: iso(firstSeenAt),
          lastSeen: iso(lastSeenAt),
          ...(tables && { lastTables: tables.tables, lastNonEmptyTables: tables.nonEmptyTables }),
        },
      ]),
    ),
    history: history.map(({ at, ...event }) => ({ at: iso(at), ...event })),
  };
  return `${JSON.stringify(written, null, 2)}\n`;
}

/** Throws a `RecordError` for everything that is not a whole record. */
export function decodeRecord(source: string): IdentityRecord {
  try {
    const { systemIdentifier, databases, history } = readRecord(JSON.parse(source), '');
    return {
      systemIdentifier,
      databases: new Map(Object.entries(databases).map(([name, found]) => [name, ofWritten(found)])),
      history: history.map(
        (event) =>
          Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as never,
      ),
    };
  } catch (error) {
    if (error instanceof SyntaxError) throw new RecordError('it is no JSON, or was cut off');
    if (error instanceof StructureError) throw new RecordError(error.message);
    throw error;
  }
}

const SCHEMA = 1;
const iso = (at: Instant): string => new Date(at).toISOString();

const decimal: Reader<string> = (value, path) => {
  const found = text(value, path);
  if (!/^\d{1,20}$/.test(found)) throw new StructureError(`${path} is no number written as a text`);
  return found;
};
const time: Reader<Instant> = (value, path) => {
  const at = Date.parse(text(value, path));
  if (!Number.isFinite(at)) throw new StructureError(`${path} is no time`);
  return at;
};
const schema: Reader<number> = (value, path) => {
  if (value !== SCHEMA) throw new StructureError(`${path} is not ${SCHEMA}: another pgvigil wrote it`);
  return SCHEMA;
};

interface WrittenDatabase {
  readonly oid: string;
  readonly systemIdentifier: string | undefined;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  readonly lastTables: number | undefined;
  readonly lastNonEmptyTables: number | undefined;
}

const readRecord = recordOf({
  schema,
  systemIdentifier: decimal,
  databases: fields<WrittenDatabase>(
    recordOf<WrittenDatabase>({
      oid: decimal,
      systemIdentifier: optional(decimal),
      firstSeen: time,
      lastSeen: time,
      lastTables: optional(number),
      lastNonEmptyTables: optional(number),
    }),
  ),
  history: list(
    recordOf({
      at: time,
      event: oneOf(...RECORD_EVENTS),
      systemIdentifier: decimal,
      database: optional(text),
      permission: optional(text),
      by: optional(text),
      reason: optional(text),
    }),
  ),
});

function ofWritten(found: WrittenDatabase): RecordedDatabase {
  const { oid, systemIdentifier, firstSeen, lastSeen, lastTables, lastNonEmptyTables } = found;
  return {
    oid,
    ...(systemIdentifier !== undefined && { systemIdentifier }),
    firstSeenAt: firstSeen,
    lastSeenAt: lastSeen,
    tables:
      lastTables === undefined || lastNonEmptyTables === undefined
        ? undefined
        : { tables: lastTables, nonEmptyTables: lastNonEmptyTables },
  };
}
