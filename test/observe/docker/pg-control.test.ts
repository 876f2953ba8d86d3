import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ControlFileError, parsePgControl } from '../../../src/observe/docker/pg-control.ts';
import { fixture } from './fixture.ts';

const recorded = (version: 15 | 18): Buffer =>
  Buffer.from(fixture(`pg-control-${version}.hex`).replaceAll('\n', ''), 'hex');
/** Where the checksum lies, as found in real files of both versions. */
const CRC_AT = { 15: 288, 18: 292 } as const;

/** The textbook form, bit by bit, so that the table of the source is not compared with itself. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A control file as a machine would write it, with a checksum that is right. */
function written(
  order: 'little' | 'big',
  values: { id: bigint; version: number; state: number; crcAt: number },
) {
  const bytes = Buffer.alloc(512);
  const write32 = (value: number, at: number): number =>
    order === 'little' ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  if (order === 'little') bytes.writeBigUInt64LE(values.id);
  else bytes.writeBigUInt64BE(values.id);
  write32(values.version, 8);
  write32(202_506_291, 12);
  write32(values.state, 16);
  write32(crc32c(bytes.subarray(0, values.crcAt)), values.crcAt);
  return bytes;
}

const problemOf = (bytes: Buffer): string => {
  try {
    parsePgControl(bytes);
    return 'none';
  } catch (error) {
    if (error instanceof ControlFileError) return error.problem;
    throw error;
  }
};

describe('pg_control', () => {
  test('the checksum of the test is the one of the standard', () => {
    // RFC 3720, appendix B.4: 32 bytes of zeros.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });

  // What pg_control_system() said of the same clusters.
  test.each([
    [15, '7711200027192684311', 1300, 202_209_061],
    [18, '7711200037707743119', 1800, 202_506_291],
  ] as const)('of PostgreSQL %i', (version, systemIdentifier, controlVersion, catalogVersion) => {
    const clusterState = 'in production';
    const facts = { systemIdentifier, clusterState, controlVersion, catalogVersion };
    expect(parsePgControl(recorded(version))).toEqual(facts);
    const whole = Buffer.concat([recorded(version), Buffer.alloc(8192 - 512)]);
    expect(parsePgControl(whole)).toEqual(facts);
  });

  test.each(['little', 'big'] as const)('written by a machine of %s byte order', (order) => {
    const all = fc.record({
      id: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
      version: fc.constantFrom(942, 1201, 1300, 1700, 1800, 1900),
      state: fc.nat({ max: 6 }),
      crcAt: fc.integer({ min: 50, max: 126 }).map((word) => word * 4),
    });
    fc.assert(
      fc.property(all, (values) => {
        const { systemIdentifier, controlVersion } = parsePgControl(written(order, values));
        expect([systemIdentifier, controlVersion]).toEqual([String(values.id), values.version]);
      }),
    );
  });

  test.each([
    [0, 'starting up'],
    [1, 'shut down'],
    [2, 'shut down in recovery'],
    [3, 'shutting down'],
    [4, 'in crash recovery'],
    [5, 'in archive recovery'],
    [6, 'in production'],
    [7, 'unknown'],
  ])('state %i is "%s"', (state, clusterState) => {
    const bytes = written('little', { id: 1n, version: 1800, state, crcAt: 292 });
    expect(parsePgControl(bytes).clusterState).toBe(clusterState);
  });

  test.each([
    ['an empty file', Buffer.alloc(0), 'short'],
    ['a file that is cut off', recorded(18).subarray(0, 100), 'short'],
    ['zeros, as after a crash of the machine', Buffer.alloc(8192), 'version'],
    ['text', Buffer.alloc(8192, 'not a control file '), 'version'],
    ['a cut right before the checksum', recorded(18).subarray(0, CRC_AT[18]), 'checksum'],
  ])('%s is a failure: %s', (_name, bytes, problem) => {
    expect(problemOf(bytes)).toBe(problem);
  });

  test('any change of what is covered, or of the checksum, is a failure', () => {
    const versions = fc.constantFrom<15 | 18>(15, 18);
    fc.assert(
      fc.property(versions, fc.nat({ max: 8 * 292 - 1 }), (version, bit) => {
        fc.pre(bit < 8 * (CRC_AT[version] + 4));
        const bytes = recorded(version);
        const at = bit >> 3;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
        expect(problemOf(bytes)).toMatch(/^(checksum|version)$/);
      }),
      { numRuns: 500 },
    );
  });

  test('garbage never crashes and never has an identifier', () => {
    const garbage = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
    const plausible = fc.uint8Array({ minLength: 512, maxLength: 512 }).map((bytes) => {
      const all = Buffer.from(bytes);
      all.writeUInt32LE(1800, 8);
      return all;
    });
    fc.assert(
      fc.property(fc.oneof(garbage, plausible), (bytes) => {
        expect(problemOf(bytes)).not.toBe('none');
      }),
      { numRuns: 1000 },
    );
  });
});
