import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../measure/numbers.ts';
import {
  burst,
  createScraper,
  ENCODINGS,
  type Encoding,
  type Scrape,
  type Scraper,
} from '../measure/scrape.ts';

/** Who is scraped; `ready answer`: as many bytes as pgvigil sends, from a server that does nothing else. */
export const TARGETS = ['pgvigil', 'postgres_exporter', 'node_exporter', 'ready answer'] as const;
export type Target = (typeof TARGETS)[number];

/** All scrapes of one target in one encoding, in ms. */
export interface Series {
  readonly target: Target;
  readonly encoding: Encoding;
  /** By a scraper that is alone; of pgvigil the first one of each report, and of what lies ready after as long a rest. */
  readonly alone: number[];
  /** The next one at once, of the same report. */
  readonly again: number[];
  /** By each of those that come at the same moment. */
  readonly crowd: number[];
  bytes: number;
}

export interface ScrapePlan {
  readonly rounds: number;
  readonly crowds: number;
  readonly scrapers: number;
  /** A target that is slow is scraped less often: no longer than this altogether. */
  readonly patienceMs: number;
}

/** pgvigil makes a report each second: after this there is a new one. */
const NEXT_REPORT_MS = 1_100;
const LEAST_ROUNDS = 3;

/** Scrapes all targets in turn, round after round, so that what else the machine does meets all of them. */
export async function scrapeAll(
  addresses: Readonly<Record<Target, string>>,
  plan: ScrapePlan,
): Promise<readonly Series[]> {
  const all = TARGETS.flatMap((target) =>
    ENCODINGS.map((encoding): Series => ({ target, encoding, alone: [], again: [], crowd: [], bytes: 0 })),
  );
  const alone = new Map(TARGETS.map((target) => [target, createScraper(addresses[target])]));
  try {
    for (let round = 0; round < plan.rounds; round += 1)
      for (const series of all) {
        const scraper = alone.get(series.target) as Scraper;
        if (series.target === 'pgvigil' || series.target === 'ready answer')
          await scrapeFresh(series, scraper);
        else if (round < LEAST_ROUNDS || spentMs(series) < plan.patienceMs)
          note(series, series.alone, await scraper.scrape(series.encoding));
      }
  } finally {
    for (const scraper of alone.values()) scraper.close();
  }
  for (const series of all) await crowd(series, addresses[series.target], plan);
  return all;
}

async function scrapeFresh(series: Series, { scrape }: Scraper): Promise<void> {
  // Any moment of the second: a report is made at the same one each time.
  await sleep(NEXT_REPORT_MS + Math.random() * 100);
  note(series, series.alone, await scrape(series.encoding));
  note(series, series.again, await scrape(series.encoding));
}

/** Many at the same moment, again and again; left out where one alone takes so long that it would never end. */
async function crowd(
  series: Series,
  address: string,
  { crowds, scrapers, patienceMs }: ScrapePlan,
): Promise<void> {
  const many = Array.from({ length: scrapers }, () => createScraper(address));
  const patient = median(series.alone) * scrapers < patienceMs;
  try {
    for (let round = 0; patient && round < crowds && sum(series.crowd) / scrapers < patienceMs; round += 1) {
      await sleep(NEXT_REPORT_MS);
      const took = await burst(many, series.encoding);
      series.crowd.push(...took.map(({ ms }) => ms));
    }
  } finally {
    for (const scraper of many) scraper.close();
  }
}

function note(series: Series, into: number[], { ms, bytes }: Scrape): void {
  into.push(ms);
  series.bytes = bytes;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const spentMs = ({ alone }: Series): number => sum(alone);
