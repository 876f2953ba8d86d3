import fc from 'fast-check';
import { Counter, Gauge, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { CATALOGUE, type MetricSpec } from '../../../src/present/metrics/catalogue.ts';
import { familiesOf } from '../../../src/present/metrics/families.ts';
import { labelText } from '../../../src/present/metrics/label-text.ts';
import { METRICS_CONTENT_TYPES, renderMetrics } from '../../../src/present/metrics/render.ts';
import { database, fullReport, server, wellReport } from '../../fixtures/report.ts';
import { expectGolden } from '../../kit/golden.ts';

/** Samples of an exposition by name and raw label text. */
function samplesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** The oracle for OpenMetrics. */
function openMetricsRegistry(): Registry {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry as unknown as Registry;
}

const renderText = (...given: Parameters<typeof renderMetrics>): string => renderMetrics(...given).toString();

describe('renderMetrics', () => {
  test('gives the text format byte for byte', () => {
    expectGolden(renderText(familiesOf(fullReport()), 'text'), 'test/golden/metrics.txt');
  });

  test('gives OpenMetrics byte for byte', () => {
    expectGolden(renderText(familiesOf(fullReport()), 'openmetrics'), 'test/golden/metrics.openmetrics.txt');
  });

  test('does not spoil the families for the next rendering', () => {
    const families = familiesOf(fullReport());
    const before = renderText(families, 'text');
    renderText(families, 'openmetrics');
    expect(renderText(families, 'text')).toBe(before);
  });

  test('writes each family once, whole, with its HELP and TYPE', () => {
    const text = renderText(familiesOf(fullReport()), 'text');
    for (const [name, { type }] of Object.entries<MetricSpec>(CATALOGUE)) {
      expect(text.split(`# TYPE ${name} ${type}\n`).length, name).toBe(2);
      expect(text.split(`# HELP ${name} `).length, name).toBe(2);
    }
  });

  test('ends OpenMetrics with EOF and cuts _total off the family of a counter only', () => {
    const text = renderText(familiesOf(fullReport()), 'openmetrics');
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect(text).toContain('# TYPE pgvigil_connection_attempts counter\n');
    expect(text).toContain('\npgvigil_connection_attempts_total{');
    expect(text).not.toContain('_total_total');
    expect(text).not.toContain('\n\n');
  });

  test.each([
    ['text', new Registry()],
    ['openmetrics', openMetricsRegistry()],
  ] as const)('writes %s as prom-client does', async (format, registry) => {
    const rng = (seed: number): string => String.fromCodePoint(...[97 + (seed % 26), 34, 92, 0x1f418]);
    const families = (['gauge', 'counter'] as const).map((type) => {
      const name = `x_${type}${type === 'counter' ? '_total' : ''}`;
      const options = {
        name,
        help: 'A back\\slash.\nTwo lines.',
        labelNames: ['a', 'b'],
        registers: [registry],
      };
      const metric = type === 'counter' ? new Counter(options) : new Gauge(options);
      const values = [0, 1, -0, 0.1, 1e21, 1e-7, 2 ** 53, 1_783_998_727.25];
      const labels = values.map((value, index) => {
        const set = { a: rng(index), b: String(index) };
        metric.inc(set, value);
        return labelText(['a', 'b'], set);
      });
      return { name, help: options.help, type, labels, values };
    });
    const oracle = (await registry.metrics()).replaceAll('\n\n', '\n');
    expect(renderText(families, format)).toBe(oracle);
  });

  test('keeps two series apart that prom-client would merge', () => {
    const one = labelText(['a', 'b'], { a: '1,b:2', b: '3' });
    const other = labelText(['a', 'b'], { a: '1', b: '2,b:3' });
    expect([one, other]).toEqual(['{a="1,b:2",b="3"}', '{a="1",b="2,b:3"}']);
  });

  test('knows a valid Content-Type for each format', () => {
    expect(METRICS_CONTENT_TYPES).toEqual({
      text: 'text/plain; version=0.0.4; charset=utf-8',
      openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    });
  });

  test('gives every database its own series whatever the names', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('a', ',', ':', '"', '\\', '\n', '\0', '{', '}', '=', '\ud800', '~', 'é'),
      }),
      fc.string({ minLength: 190, maxLength: 230, unit: fc.constantFrom('a', '🐘') }),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, name), {
          minLength: 2,
          maxLength: 6,
          selector: (pair) => JSON.stringify(pair),
        }),
        (pairs) => {
          const report = wellReport({
            servers: pairs.map(([name, datname]) => server({ name, databases: [database({ datname })] })),
          });
          const text = renderText(familiesOf(report), 'text');
          const present = samplesOf(text).filter((line) => line.startsWith('pgvigil_database_present{'));
          expect(new Set(present).size).toBe(pairs.length);
          for (const line of present) {
            expect(line).toMatch(
              /^pgvigil_database_present\{server="(?:[^"\\\n]|\\["\\n])*",datname="(?:[^"\\\n]|\\["\\n])*"\} 1$/,
            );
          }
          expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
        },
      ),
      { numRuns: 150 },
    );
  });
});
