import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clusterNames,
  databaseDirectory,
  decodeName,
  dumpNames,
  encodeName,
  globalsNames,
  groupNames,
  isPartial,
  parseStamp,
  partialName,
  physicalNames,
  stampOf,
} from '../../../../src/observe/backups/own/layout.ts';

const anyName = fc.string({ unit: 'binary', minLength: 1, maxLength: 63 });

describe('names of databases as names of files', () => {
  test.each([
    ['simfab_dev', 'simfab_dev'],
    ['../../etc', '%2E.%2F..%2Fetc'],
    ['.hidden', '%2Ehidden'],
    ['a.b', 'a.b'],
    ['a b\n', 'a%20b%0A'],
    ['100%', '100%25'],
    ['ä', '%C3%A4'],
    ['*', '%2A'],
  ])('%j is %j', (name, encoded) => {
    expect(encodeName(name)).toBe(encoded);
    expect(decodeName(encoded)).toBe(name);
  });

  test('any name becomes one plain part of a path, short enough, and back', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const encoded = encodeName(name);
        expect(encoded).toMatch(/^[A-Za-z0-9_%~-][A-Za-z0-9_%.~-]*$/);
        expect(encoded.length).toBeLessThanOrEqual(200);
        if (!encoded.includes('~')) expect(decodeName(encoded)).toBe(name);
      }),
    );
  });

  test('two names never become one', () => {
    fc.assert(
      fc.property(anyName, anyName, (one, other) => {
        fc.pre(one !== other);
        expect(encodeName(one)).not.toBe(encodeName(other));
      }),
    );
    const long = 'ä'.repeat(100);
    expect(encodeName(`${long}1`)).not.toBe(encodeName(`${long}2`));
  });

  test('what is written otherwise is no name of ours', () => {
    expect(['%61', '%2e', '%', '.x', 'ä', 'a%zz'].map(decodeName)).toEqual(Array(6).fill(undefined));
  });

  test('a directory has its server, cluster and database', () => {
    const of = { server: 'a/b', systemIdentifier: '7711161441652576274', datname: '..' };
    expect(databaseDirectory('/b', of)).toBe('/b/a%2Fb/7711161441652576274/%2E..db');
  });
});

describe('stamps', () => {
  test('are seconds in UTC', () => {
    expect(stampOf(Date.UTC(2026, 10, 27, 2, 15, 0, 999))).toBe('20261127T021500Z');
    expect(parseStamp('20261127T021500Z')).toBe(Date.UTC(2026, 10, 27, 2, 15));
  });

  test('come back as the same second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (at) => {
        expect(parseStamp(stampOf(at))).toBe(at - (at % 1000));
      }),
    );
  });

  test.each(['20261327T021500Z', '20260230T021500Z', '20261127T021500', '', 'x20261127T021500Z'])(
    '%j is none',
    (stamp) => {
      expect(parseStamp(stamp)).toBeUndefined();
    },
  );
});

describe('what lies in a directory', () => {
  const [A, B] = ['20261127T021500Z', '20261128T021500Z'];

  test('is grouped, oldest first, and only a manifest makes a backup', () => {
    const dump = dumpNames(A);
    const found = groupNames([`${B}.dump`, dump.manifest, dump.data, dump.checksums]);
    expect(
      found.map(({ stamp, content, hasData, hasManifest }) => [stamp, content, hasData, hasManifest]),
    ).toEqual([
      [A, 'dump', true, true],
      [B, 'dump', true, false],
    ]);
  });

  test('of others, partial or hostile is left out', () => {
    const names = [
      partialName(`${A}.dump`),
      'latest.dump',
      `${A}.dump.bak`,
      `x${A}.dump`,
      '20269927T021500Z.dump',
      '.pgvigil-runs.json',
      `${A}.manifest.json.tmp`,
    ];
    expect(groupNames(names)).toEqual([]);
    expect(names.map(isPartial)).toEqual([true, false, false, false, false, false, false]);
  });

  test('of a whole server is told apart', () => {
    const names = [...Object.values(globalsNames(A)), ...Object.values(physicalNames(A))];
    expect(groupNames(names).map(({ content, hasData }) => [content, hasData])).toEqual([
      ['globals', true],
      ['physical', true],
    ]);
  });

  test('clusters are numbers', () => {
    expect(clusterNames(['7711161441652576274', '0', '01', 'x', '123456789012345678901'])).toEqual([
      '7711161441652576274',
    ]);
  });
});
