import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/model/report.ts';
import { createExpositions } from '../../../src/present/metrics/exposition.ts';
import { createFamilies, familiesOf } from '../../../src/present/metrics/families.ts';
import { renderMetrics } from '../../../src/present/metrics/render.ts';
import { database, fullReport, server, wellReport } from '../../fixtures/report.ts';

/** Servers and databases that come, go, change places, change and have names like none. */
const REPORTS = fc.array(
  fc.array(
    fc.record({
      name: fc.constantFrom('main', 'other', 'a"b'),
      databases: fc.array(
        fc.record({
          datname: fc.oneof(
            fc.constantFrom('shop', 'crm', 'a\nb'),
            fc.string({ unit: 'binary', maxLength: 4 }),
          ),
          sizeBytes: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
          presence: fc.constantFrom('present' as const, 'missing' as const, 'unknown' as const),
        }),
        { maxLength: 5 },
      ),
    }),
    { maxLength: 3 },
  ),
  { minLength: 1, maxLength: 6 },
);
type Drawn = typeof REPORTS extends fc.Arbitrary<infer Value> ? Value : never;

const reportsOf = (drawn: Drawn): readonly Report[] =>
  drawn.map((servers) =>
    wellReport({
      servers: servers.map(({ name, databases }) =>
        server({ name, databases: databases.map((one) => database(one)) }),
      ),
    }),
  );

describe('expositions one after the other', () => {
  test.each(['text', 'openmetrics'] as const)('%s is as if each were the first one', (format) => {
    fc.assert(
      fc.property(REPORTS, (drawn) => {
        const families = createFamilies();
        const expositionOf = createExpositions(format);
        for (const report of reportsOf(drawn)) {
          const { plain, gzipped } = expositionOf(families(report));
          expect(plain().toString()).toBe(renderMetrics(familiesOf(report), format).toString());
          expect(gunzipSync(gzipped()).equals(plain())).toBe(true);
        }
      }),
    );
  });

  test('a report that cannot be written down leaves nothing behind', () => {
    const families = createFamilies();
    families(fullReport());
    const broken = {
      ...wellReport({ servers: [server({ name: 'elsewhere' }), server({ name: 'main' })] }),
      get volumes(): never {
        throw new Error('broken');
      },
    };
    expect(() => families(broken)).toThrow('broken');
    for (const report of [fullReport(), wellReport()]) expect(families(report)).toEqual(familiesOf(report));
  });

  test('what did not change is the same object, and what was given before is left as it was', () => {
    const families = createFamilies();
    const first = families(fullReport());
    const before = structuredClone(first);
    const again = families(fullReport());
    expect(again.every((family, index) => family === first[index])).toBe(true);
    const later = families({ ...fullReport(), at: fullReport().at + 1_000 });
    const changed = later.filter((family, index) => family !== again[index]).map(({ name }) => name);
    expect(changed).toEqual(['pgvigil_report_timestamp_seconds']);
    families(wellReport());
    expect(first).toEqual(before);
  });
});
