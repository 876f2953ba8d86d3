import { expect, test } from 'vitest';
import type { Report } from '../../../src/model/report.ts';
import { createExpositions } from '../../../src/present/metrics/exposition.ts';
import { createFamilies } from '../../../src/present/metrics/families.ts';
import { database, REPORT_AT, server, wellReport } from '../../fixtures/report.ts';

const ROUNDS = 15;

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

/** The processor's time of the cheapest of many rounds, in ms: what it costs, and not what else the machine was doing. */
function costOf(databases: number, makeMaker: () => (report: Report) => void): number {
  const make = makeMaker();
  const took = Array.from({ length: ROUNDS }, (_, round) => {
    const report = reportOf(databases, round);
    const before = process.cpuUsage();
    make(report);
    const { user, system } = process.cpuUsage(before);
    return round === 0 ? Number.POSITIVE_INFINITY : (user + system) / 1000;
  });
  return Math.min(...took);
}

function scraping(): (report: Report) => void {
  const families = createFamilies();
  const expositionOf = createExpositions('text');
  return (report) => void expositionOf(families(report)).gzipped();
}

const fromNothing = (): ((report: Report) => void) => (report) => scraping()(report);

test('a scrape of twice as many databases costs about twice as much', { timeout: 60_000 }, () => {
  const ratio = costOf(8_000, scraping) / costOf(4_000, scraping);
  expect(ratio).toBeLessThan(3.5);
});

test('a scrape costs by what changed: much less than rendering everything', { timeout: 60_000 }, () => {
  const ratio = costOf(4_000, fromNothing) / costOf(4_000, scraping);
  expect(ratio).toBeGreaterThan(2.5);
});
