import type { ControlFacts } from '../../model/docker.ts';

/** What the file says; the two versions tell which PostgreSQL wrote it. */
export interface PgControl extends ControlFacts {
  readonly controlVersion: number;
  readonly catalogVersion: number;
}

/** The file is there and is not to be believed. */
export class ControlFileError extends Error {
  override readonly name = 'ControlFileError';
  readonly problem: 'short' | 'version' | 'checksum';

  constructor(problem: 'short' | 'version' | 'checksum') {
    super(`the control file is not readable (${problem})`);
    this.problem = problem;
  }
}

/** `DBState` of pg_control.h since 9.1, in the words of pg_controldata. */
const STATES: readonly string[] = [
  'starting up',
  'shut down',
  'shut down in recovery',
  'shutting down',
  'in crash recovery',
  'in archive recovery',
  'in production',
];
/** PG_CONTROL_MAX_SAFE_SIZE: the used part of the file fits a disk sector, so that it is written whole. */
const MAX_USED_BYTES = 512;
const MIN_USED_BYTES = 200;
/** PG_CONTROL_VERSION was 942 in 9.5, which brought CRC-32C; it is 1300 in 13 to 17 and 1800 in 18. */
const [OLDEST_VERSION, NEWEST_VERSION] = [942, 9999];

/**
 * Takes the bytes of `global/pg_control`, of either byte order; gives what identifies the cluster and its state.
 * The checksum is the last field and its place depends on version and platform (288 in 13 to 17 and 292 in 18, on
 * 64 bits), so it is looked for at every place it could have: it covers all before it. Throws `ControlFileError`.
 */
export function parsePgControl(bytes: Buffer): PgControl {
  if (bytes.length < MIN_USED_BYTES) throw new ControlFileError('short');
  const order = ORDERS.find(({ read32 }) => isVersion(read32(bytes, 8)));
  if (!order) throw new ControlFileError('version');
  const read32 = (offset: number): number => order.read32(bytes, offset);
  if (!hasChecksum(bytes, read32)) throw new ControlFileError('checksum');
  return {
    systemIdentifier: String(order.read64(bytes, 0)),
    clusterState: STATES[read32(16)] ?? 'unknown',
    controlVersion: read32(8),
    catalogVersion: read32(12),
  };
}

const ORDERS = [
  {
    read32: (bytes: Buffer, at: number) => bytes.readUInt32LE(at),
    read64: (bytes: Buffer, at: number) => bytes.readBigUInt64LE(at),
  },
  {
    read32: (bytes: Buffer, at: number) => bytes.readUInt32BE(at),
    read64: (bytes: Buffer, at: number) => bytes.readBigUInt64BE(at),
  },
] as const;

/** A small number in the byte order of the machine that wrote it, and no version in the other one. */
function isVersion(value: number): boolean {
  return value >= OLDEST_VERSION && value <= NEWEST_VERSION;
}

function hasChecksum(bytes: Buffer, read32: (offset: number) => number): boolean {
  let crc = 0xffffffff;
  const end = Math.min(MAX_USED_BYTES, bytes.length) - 4;
  for (let offset = 0; offset <= end; offset += 1) {
    const isPlace = offset >= MIN_USED_BYTES - 4 && offset % 4 === 0;
    if (isPlace && (crc ^ 0xffffffff) >>> 0 === read32(offset)) return true;
    crc = (CRC_TABLE[(crc ^ (bytes[offset] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return false;
}

/** CRC-32C (Castagnoli), reflected (RFC 3720, appendix B.4). */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});
