import { createHash } from 'node:crypto';
import type { Origin } from '../model/discovery.ts';
import type {
  DatabaseMemory,
  DatabasePin,
  History,
  ServerMemory,
  ServerPin,
  VolumeMemory,
} from '../model/history.ts';
import {
  boolean,
  defaulted,
  list,
  map,
  number,
  oneOf,
  optional,
  record,
  StructureError,
  text,
} from '../model/readers.ts';
import { readIncident } from './incident-codec.ts';

/** `damaged`: not what we wrote; `version`: written by another version of pgvigil. */
export type LedgerProblem = 'damaged' | 'version';

/** A ledger that cannot be used. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly problem: LedgerProblem;

  constructor(problem: LedgerProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** Raised with every change that an older pgvigil would misread. */
const VERSION = 1;

/** Text of a ledger: one line of JSON whose head holds the version and the checksum of the rest. */
export function encodeHistory(history: History): string {
  const payload = JSON.stringify(history, writable);
  return `{"version":${VERSION},"sha256":"${checksum(payload)}","history":${payload}}\n`;
}

/** The history in the text of a ledger. Throws a `LedgerError`; never gives anything but what was written. */
export function decodeHistory(ledger: string): History {
  const version = /^\{"version":(\d{1,9}),/.exec(ledger)?.[1];
  if (version === undefined) throw new LedgerError('damaged', 'it does not begin like a ledger');
  if (Number(version) !== VERSION) {
    throw new LedgerError(
      'version',
      `it has version ${Number(version)}, this pgvigil reads version ${VERSION}: another version of pgvigil wrote it`,
    );
  }
  const parts = /^\{"version":1,"sha256":"([0-9a-f]{64})","history":(.*)\}\n$/s.exec(ledger);
  const [, sum, payload] = parts ?? [];
  if (sum === undefined || payload === undefined)
    throw new LedgerError('damaged', 'it is cut off or overwritten');
  if (checksum(payload) !== sum) throw new LedgerError('damaged', 'its checksum does not match');
  try {
    return readHistory(JSON.parse(payload), '');
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof StructureError) {
      throw new LedgerError('damaged', error.message);
    }
    throw error;
  }
}

const checksum = (payload: string): string => createHash('sha256').update(payload).digest('hex');

function writable(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...value];
  // JSON has no such number and would write null, which no reader takes: better to fail before the disk.
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`cannot write ${value}`);
  return value;
}

const readServerPin = record<ServerPin>({
  systemIdentifier: text,
  source: oneOf('config', 'learned', 'accepted'),
  since: number,
});

const readDatabasePin = record<DatabasePin>({ systemIdentifier: optional(text), oid: number, since: number });

const readDatabase = record<DatabaseMemory>({
  pin: optional(readDatabasePin),
  stranger: optional(readDatabasePin),
  source: optional(oneOf('config', 'learned')),
  seenMs: number,
  firstSeenAt: optional(number),
  lastSeenAt: optional(number),
  missingSince: optional(number),
  unreadableSince: optional(number),
  lastSizeBytes: optional(number),
  tables: optional(
    record({ tables: number, nonEmptyTables: number, countedAt: number, suspectedAt: optional(number) }),
  ),
  shrunkSince: optional(number),
});

const readOrigin = record<Origin>({
  key: text,
  container: text,
  host: text,
  port: number,
  user: text,
  database: text,
  passwordFile: optional(text),
  expect: list(text),
  learn: boolean,
  ignore: list(text),
});

const readServer = record<ServerMemory>({
  discovered: optional(readOrigin),
  pin: optional(readServerPin),
  stranger: optional(record({ systemIdentifier: text, since: number })),
  timeline: optional(number),
  dataDirectory: optional(text),
  container: optional(record({ id: text, name: text })),
  volume: optional(text),
  home: optional(record({ containerId: text, destination: text, composeProject: optional(text) })),
  lastUpAt: optional(number),
  catalogAt: optional(number),
  wellAt: optional(number),
  downSince: optional(number),
  offVolumeSince: optional(number),
  diskFullSince: optional(number),
  oomKills: number,
  databases: map(readDatabase),
});

const readVolume = record<VolumeMemory>({
  server: text,
  lastSeenAt: optional(number),
  missingSince: optional(number),
});

const readHistory = record<History>({
  servers: map(readServer),
  volumes: map(readVolume),
  incidents: defaulted(map(readIncident), new Map()),
  incidentCounts: defaulted(map(number), new Map()),
  bootedAt: optional(number),
  lastEventNano: optional(text),
});
