import type { Happening } from '../../src/model/journal.ts';
import type { Log } from '../../src/model/log.ts';
import type { WebOptions } from '../../src/present/web/options.ts';
import { REPORT_AT, wellReport } from '../fixtures/report.ts';

/** What a web server is given in tests: a report in which all is well, a second old, and a silent log. */
export function webOptions(differences: Partial<WebOptions> = {}): WebOptions {
  const report = wellReport();
  return {
    listenAddress: { host: '127.0.0.1', port: 0 },
    report: () => report,
    events: () => [],
    ready: () => true,
    healthy: () => true,
    reload: undefined,
    log: recordingLog(),
    clock: { now: () => REPORT_AT, monotonic: () => performance.now() },
    ...differences,
  };
}

/** A log that keeps what it is told. */
export function recordingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (facts: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(facts)}`);
  };
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}

/** As many happenings as asked for, the oldest first. */
export function happenings(count: number): readonly Happening[] {
  return Array.from({ length: count }, (_, index) => ({
    at: REPORT_AT - (count - index) * 1000,
    kind: 'database_missing',
    server: 'main',
    datname: `shop_${index}`,
    details: { reason: 'no_database' },
  }));
}
