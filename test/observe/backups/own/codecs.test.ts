import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BACKUP_LOCATIONS,
  type BackupManifest,
  CLUSTER_CONTENTS,
  type ClusterManifest,
  PROOF_LEVELS,
} from '../../../../src/model/backup.ts';
import { HOLD_REASONS, type LastRun, RUN_PHASES, RUN_RESULTS } from '../../../../src/model/backup-run.ts';
import {
  decodeClusterManifest,
  decodeManifest,
  encodeClusterManifest,
  encodeManifest,
} from '../../../../src/observe/backups/own/manifest-codec.ts';
import { ManifestError } from '../../../../src/observe/backups/own/readers.ts';
import { decodeRuns, encodeRuns, mergeRuns, NO_TOTALS } from '../../../../src/observe/backups/own/runs.ts';

const instant = fc.integer({ min: 0, max: 253_402_300_799_999 });
const id = fc.bigInt({ min: 1n, max: 18_446_744_073_709_551_615n }).map(String);
const text = fc.string({ unit: 'binary' });
const count = fc.maxSafeNat();
const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const verified = fc.array(
  fc.record({
    level: fc.constantFrom(...PROOF_LEVELS),
    at: instant,
    result: fc.constantFrom('passed' as const, 'failed' as const, 'inconclusive' as const),
    reason: optional(text),
    location: fc.constantFrom(...BACKUP_LOCATIONS),
  }),
);
const files = fc.array(
  fc.record({
    name: fc.constantFrom('20261127T021500Z.dump', 'a.physical/backup_manifest'),
    bytes: count,
    sha256,
  }),
);
const common = {
  schema: fc.constant(1 as const),
  tool: fc.record({ name: fc.constant('pgvigil' as const), version: text }),
  source: text,
  server: text,
  systemIdentifier: id,
  serverVersion: text,
  clientVersion: text,
  startedAt: instant,
  finishedAt: instant,
  files,
  verified,
};
const manifest: fc.Arbitrary<BackupManifest> = fc.record({
  ...common,
  datname: text,
  oid: id,
  snapshotAt: instant,
  databaseBytes: count,
  tables: fc.array(
    fc.record({
      schema: text,
      name: text,
      rows: count,
      hash: optional(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String)),
    }),
  ),
  schemaSha256: optional(sha256),
  extensions: fc.array(text),
  roles: fc.array(text),
  migrations: optional(fc.record({ table: text, latest: text })),
});
const clusterManifest: fc.Arbitrary<ClusterManifest> = fc.record({
  ...common,
  content: fc.constantFrom(...CLUSTER_CONTENTS),
  bytes: count,
  rolePasswords: fc.boolean(),
});
const totals = fc.record(
  Object.fromEntries(RUN_RESULTS.map((result) => [result, fc.nat()])) as Record<
    (typeof RUN_RESULTS)[number],
    fc.Arbitrary<number>
  >,
);
const run: fc.Arbitrary<LastRun> = fc.record({
  source: text,
  server: text,
  datname: optional(text),
  runId: text,
  startedAt: instant,
  finishedAt: optional(instant),
  result: fc.constantFrom(...RUN_RESULTS, 'running' as const),
  resultBefore: optional(fc.constantFrom(...RUN_RESULTS)),
  exitCode: optional(fc.nat({ max: 19 })),
  message: optional(text),
  phasesMs: fc.dictionary(fc.constantFrom(...RUN_PHASES), count, { noNullPrototype: true }),
  bytes: optional(count),
  succeededAt: optional(instant),
  offsiteAt: optional(instant),
  held: fc.array(fc.constantFrom(...HOLD_REASONS)),
  pruned: fc.nat(),
  totals,
});

const [SAMPLE] = fc.sample(manifest, { numRuns: 1, seed: 7 }) as [BackupManifest];
const written = (): Record<string, unknown> =>
  JSON.parse(encodeManifest({ ...SAMPLE, systemIdentifier: '7711161441652576274' }));

describe('the manifest of a backup', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(manifest, (one) => {
        expect(decodeManifest(encodeManifest(one))).toEqual(one);
      }),
    );
    fc.assert(
      fc.property(clusterManifest, (one) => {
        expect(decodeClusterManifest(encodeClusterManifest(one))).toEqual(one);
      }),
    );
  });

  test('that was cut off anywhere is no manifest', () => {
    const source = encodeManifest(SAMPLE);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: source.length - 3 }), (length) => {
        expect(() => decodeManifest(source.slice(0, length))).toThrow(ManifestError);
      }),
    );
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      'an identifier as a number',
      { systemIdentifier: 7711161441652576000 },
      'systemIdentifier is not a text',
    ],
    ['an oid that is no number', { oid: '0x1' }, 'oid is no number written as a text'],
    ['a file elsewhere', { files: [{ name: '../x', bytes: 1, sha256: 'a'.repeat(64) }] }, 'files[0].name'],
    ['a file above', { files: [{ name: 'a/..', bytes: 1, sha256: 'a'.repeat(64) }] }, 'files[0].name'],
    ['rows below zero', { tables: [{ schema: 's', name: 't', rows: -1 }] }, 'rows is no whole number'],
    ['a local time', { startedAt: '2026-11-27T02:15:00' }, 'startedAt is no time in UTC'],
    ['a field that is not known', { extra: 1 }, 'extra is not known'],
    ['another version', { schema: 2 }, 'another pgvigil wrote it'],
    ['null', { schemaSha256: null }, 'schemaSha256 is not a text'],
    ['nothing instead of tables', { tables: undefined }, 'tables is not a list'],
  ])('with %s is no manifest', (_, change, message) => {
    const source = JSON.stringify({ ...written(), ...change });
    expect(() => decodeManifest(source)).toThrow(message);
    expect(() => decodeManifest(source)).toThrow(ManifestError);
  });

  test.each(['', 'null', '[]', '1', '{}', '\0'])('%j is no manifest', (source) => {
    expect(() => decodeManifest(source)).toThrow(ManifestError);
    expect(() => decodeClusterManifest(source)).toThrow(ManifestError);
    expect(() => decodeRuns(source)).toThrow(ManifestError);
  });

  test('of a database is none of a server', () => {
    expect(() => decodeClusterManifest(encodeManifest(SAMPLE))).toThrow(ManifestError);
  });
});

describe('the last runs', () => {
  const one: LastRun = {
    source: 'nightly',
    server: 'main',
    datname: 'app',
    runId: 'a',
    startedAt: 1000,
    finishedAt: 2000,
    result: 'success',
    resultBefore: undefined,
    exitCode: 0,
    message: undefined,
    phasesMs: { dump: 900 },
    bytes: 10,
    succeededAt: 2000,
    offsiteAt: undefined,
    held: [],
    pruned: 2,
    totals: { ...NO_TOTALS, success: 5 },
  };
  const skipped: LastRun = {
    ...one,
    runId: 'b',
    startedAt: 3000,
    result: 'skipped_locked',
    succeededAt: undefined,
    pruned: 0,
    totals: { ...NO_TOTALS, skipped_locked: 1 },
  };

  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(run), (runs) => {
        expect(decodeRuns(encodeRuns(runs))).toEqual(runs);
      }),
    );
  });

  test('of several files: the newest attempt, the newest success, all counts', () => {
    const other = { ...one, datname: undefined };
    const merged = mergeRuns([one, other], [skipped]);
    expect(merged).toEqual([
      {
        ...skipped,
        succeededAt: 2000,
        pruned: 2,
        totals: { ...NO_TOTALS, success: 5, skipped_locked: 1 },
      },
      other,
    ]);
    expect(mergeRuns([skipped], [one])[0]).toEqual(merged[0]);
  });

  test.each([
    ['runs', { startedAt: 1000, finishedAt: undefined, result: 'running' }, 'running'],
    ['ended later', { startedAt: 1000, finishedAt: 4000, result: 'success' }, 'success'],
    ['failed later', { startedAt: 1000, finishedAt: 4000, result: 'failed' }, 'failed'],
    ['began in the same moment', { startedAt: 3000, finishedAt: 4000, result: 'success' }, 'success'],
    ['had ended before', { startedAt: 1000, finishedAt: 2000, result: 'success' }, 'skipped_locked'],
  ] as const)('one that was locked out beside another one that %s', (_, changes, result) => {
    const good: LastRun = { ...one, ...changes, held: ['rows_lost'] };
    for (const files of [
      [[good], [skipped]],
      [[skipped], [good]],
    ])
      expect(mergeRuns(...files)).toMatchObject([{ result, held: ['rows_lost'] }]);
  });
});
