import type { IncidentRecord } from '../../src/model/incident-record.ts';
import type { Happening } from '../../src/model/journal.ts';
import type { Log } from '../../src/model/log.ts';
import type { Report } from '../../src/model/report.ts';
import { OPEN_ACCESS } from '../../src/model/web-access.ts';
import { createDoor } from '../../src/present/web/access/door.ts';
import { createWebApp } from '../../src/present/web/application.ts';
import type { WebOptions } from '../../src/present/web/options.ts';
import { ANSWERS } from '../fixtures/answers.ts';
import { REPORT_AT, wellReport } from '../fixtures/report.ts';
import { built } from './build.ts';

/** What a web server is given in tests: a report in which all is well, a second old, and a silent log. */
export function webOptions(differences: Partial<WebOptions> = {}): WebOptions {
  const report = wellReport();
  return {
    listenAddress: { host: '127.0.0.1', port: 0 },
    access: OPEN_ACCESS,
    hashWorkerPath: built('present/web/access/hash-worker.js'),
    report: () => report,
    events: () => [],
    incident: (id) => recordIn((differences.report ?? (() => report))(), id),
    ready: () => true,
    healthy: () => true,
    reload: undefined,
    log: recordingLog(),
    clock: { now: () => REPORT_AT, monotonic: () => performance.now() },
    ...differences,
  };
}

/** The application of a web server that lets everybody in, without a listening socket. */
export function webApp(differences: Partial<WebOptions> = {}): ReturnType<typeof createWebApp> {
  const options = webOptions(differences);
  const compare = () => Promise.reject(new Error('nobody has to log in'));
  return createWebApp(options, createDoor(options.access, { compare }, options.clock));
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

/** What is remembered of an open incident of a report. */
export function recordIn(report: Report | undefined, id: string): IncidentRecord | undefined {
  const incident = report?.incidents.find((open) => open.id === id);
  if (report === undefined || incident === undefined) return undefined;
  const { containers } = report;
  return { incident, isOpen: true, endedAt: undefined, containers, answers: ANSWERS, isWhole: true };
}
