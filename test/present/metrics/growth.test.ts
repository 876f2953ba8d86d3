import { expect, test } from 'vitest';
import type { Report } from '../../../src/model/report.ts';
import { createExpositions } from '../../../src/present/metrics/exposition.ts';
import { createFamilies } from '../../../src/present/metrics/families.ts';
import { database, REPORT_AT, server, wellReport } from '../../fixtures/report.ts';

const ROUNDS = 30;

/** A report in which nothing is new but that every database was seen again. */
function reportOf(databases: number, second: number): Report {
  const at = REPORT_AT + second * 1_000;
  return wellReport({
    at,
    servers: [
      server({
        databases: Array.from({ length: databases }, (_, index) =>
          database({ datname: `tenant_${index}`, lastSeenAt: at }),
        ),
      }),
    ],
  });
}

/**
 * How many times as much processor time the one takes as the other, at the cheapest of many rounds each, in turn: what it
 * costs, and not what else the machine was doing.
 */
function ratioOf(
  one: () => (report: Report) => void,
  many: number,
  other: () => (report: Report) => void,
  few: number,
) {
  const sides = [
    { make: one(), databases: many, least: Number.POSITIVE_INFINITY },
    { make: other(), databases: few, least: Number.POSITIVE_INFINITY },
  ];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of sides) {
      const report = reportOf(side.databases, round);
      const before = process.cpuUsage();
      side.make(report);
      const { user, system } = process.cpuUsage(before);
      if (round > 0) side.least = Math.min(side.least, user + system);
    }
  }
  return (sides[0]?.least ?? 0) / (sides[1]?.least ?? 0);
}

function scraping(): (report: Report) => void {
  const families = createFamilies();
  const expositionOf = createExpositions('text');
  return (report) => void expositionOf(families(report)).gzipped();
}

const fromNothing = (): ((report: Report) => void) => (report) => scraping()(report);

test('a scrape of twice as many databases costs about twice as much', { timeout: 60_000 }, () => {
  const ratio = ratioOf(scraping, 8_000, scraping, 4_000);
  expect(ratio).toBeLessThan(3.5);
});

test('a scrape costs by what changed: much less than rendering everything', { timeout: 60_000 }, () => {
  const ratio = ratioOf(fromNothing, 4_000, scraping, 4_000);
  expect(ratio).toBeGreaterThan(2.5);
});
