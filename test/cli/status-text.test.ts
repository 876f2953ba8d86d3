import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/cli/diagnose-text.ts';
import { type Style, styleOf } from '../../src/cli/screen.ts';
import { statusText } from '../../src/cli/status-text.ts';
import { widthOf } from '../../src/cli/width.ts';
import type { RestoreTest } from '../../src/model/restore-test.ts';
import { ANSWERS } from '../fixtures/answers.ts';
import { PAGES } from '../fixtures/pages.ts';
import { backup, backupSource, fullReport, REPORT_AT, wellReport } from '../fixtures/report.ts';
import { expectGolden } from '../kit/golden.ts';

const HOUR = 3_600_000;
const [place] = backup({}).places;
if (place === undefined) throw new Error('the fixture has a place');

/** The lines about backups, with their columns apart. */
const linesOf = (...backups: Parameters<typeof backupSource>[0][]) =>
  statusText(wellReport({ backups: backups.map(backupSource) }), REPORT_AT)
    .split('\n\n')
    .filter((part) => part.startsWith('BACKUP OF'))
    .flatMap((part) => part.trim().split('\n'))
    .map((line) => line.trim().split(/ {2,}/));

test('nothing is said of backups where none are configured', () => {
  expect(linesOf()).toEqual([]);
});

test('backups are told with their source, age and proof', () => {
  expect(linesOf({})).toEqual([
    ['BACKUP OF', 'SOURCE', 'VERDICT', 'NEWEST', 'SIZE', 'RESTORED'],
    ['main/simfab_dev', 'nightly, local', 'ok', '57 min ago', '100 MiB', '24 h ago'],
  ]);
});

test('what is missing, too old or not to be read is told, and a whole server by its name', () => {
  const never = backup({ places: [{ ...place, newestAt: undefined, bytes: undefined }], verified: {} });
  const old = backup({ datname: '', places: [{ ...place, newestAt: REPORT_AT - 30 * HOUR }] });
  const lines = linesOf(
    { databases: [never, old] },
    { source: 'archive', up: false, reason: 'timeout', databases: [old] },
  );
  expect(lines.slice(1)).toEqual([
    ['main/simfab_dev', 'nightly, local', 'none', 'never', '-', 'never'],
    ['main', 'nightly, local', 'too old', '30 h ago', '100 MiB', '24 h ago'],
    ['main', 'archive, local', 'not readable (timeout)', '30 h ago', '100 MiB', '24 h ago'],
  ]);
});

test('a young one of which the restore test failed, or that is of another database, is not well', () => {
  const last: RestoreTest = {
    source: 'nightly',
    server: 'main',
    datname: 'simfab_dev',
    location: 'local',
    backup: '20261127T021500Z',
    dataAt: REPORT_AT - HOUR,
    startedAt: REPORT_AT - HOUR,
    finishedAt: REPORT_AT - HOUR,
    result: 'failed',
    reason: 'checksum',
    detail: undefined,
    phases: {},
    checks: {},
    restored: undefined,
    mismatchedTables: 0,
    mismatches: [],
  };
  const tested = (found: RestoreTest) => backup({ test: { ...backup({}).test, last: found } });
  const lines = linesOf({
    databases: [
      tested(last),
      tested({ ...last, location: 'offsite' }),
      tested({ ...last, result: 'passed', reason: undefined }),
      backup({ identityMatch: false }),
    ],
  });
  expect(lines.slice(1).map((columns) => columns[2])).toEqual(['test failed', 'ok', 'ok', 'wrong database']);
});

test('what is discovered is called so, and what is wrong with it is told; without it nothing is', () => {
  const report = wellReport();
  expect(statusText(report, REPORT_AT)).not.toMatch(/SOURCE +|DISCOVERY/);
  const [first, ...rest] = report.servers;
  if (first === undefined) throw new Error('the fixture has a server');
  const discovery = { problems: ['container db\u001b: label pgvigil.prot: is no label'], leftOut: 0 };
  const text = statusText(
    {
      ...report,
      servers: [{ ...first, source: 'discovered' }, ...rest],
      self: { ...report.self, discovery },
    },
    REPORT_AT,
  );
  expect(text).toMatch(/^SERVER .* SOURCE$/m);
  expect(text).toMatch(new RegExp(`^${first.name} .* discovered$`, 'm'));
  expect(text).toContain('DISCOVERY\ncontainer db\\u001b: label pgvigil.prot');
});

describe('on a terminal of 80 columns', () => {
  const styles: Readonly<Record<string, Style>> = {
    plain: styleOf({ isTerminal: true, colors: false, columns: 80, rows: 24 }),
    coloured: styleOf({ isTerminal: true, colors: true, columns: 80, rows: 24 }),
  };
  const base = 'http://127.0.0.1:10187';
  const night = PAGES.find(({ name }) => name === 'one-incident')?.report ?? wellReport();
  const reports = { well: wellReport(), night, full: fullReport() };

  test.each(Object.entries(styles))('status is as it was reviewed: %s', (name, style) => {
    const text = Object.values(reports).map((report) =>
      statusText(report, REPORT_AT + 2000, { style, base }),
    );
    expectGolden(text.join('\n'), `test/golden/status-${name}.txt`);
  });

  test.each(Object.entries(styles))('diagnose is as it was reviewed: %s', (name, style) => {
    const text = Object.values(reports).map((report) =>
      diagnoseText({ report, answers: ANSWERS }, REPORT_AT + 2000, style),
    );
    expectGolden(text.join('\n'), `test/golden/diagnose-${name}.txt`);
  });

  test('no row of a table is wider, and colours change nothing else', () => {
    for (const report of Object.values(reports)) {
      const [plain = '', coloured = ''] = Object.values(styles).map((style) =>
        statusText(report, REPORT_AT, { style }),
      );
      for (const line of plain.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(80);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one.
      const bare = coloured.replace(/\u001b\[\d+m/g, '');
      expect(bare).toBe(plain);
      expect(coloured).not.toBe(plain);
    }
  });

  test('nothing is cut where nobody says how wide the screen is', () => {
    expect(statusText(reports.full, REPORT_AT)).not.toContain('…');
    expect(
      statusText(reports.full, REPORT_AT, { style: { columns: 80, paint: (_, text) => text } }),
    ).toContain('…');
  });
});

test('an open incident leads to its page where pages can be read, and says how it ends', () => {
  const [incident] = fullReport().incidents;
  if (incident === undefined) throw new Error('the fixture has an incident');
  const incidents = [incident, { ...incident, id: '00000001', needsAcceptance: false }];
  const said = (base: string | undefined) => statusText(wellReport({ incidents }), REPORT_AT, { base });
  expect(said('http://[::1]:10187')).toContain(
    `${incident.id} stays open until accepted: http://[::1]:10187/incidents/${incident.id}\n`,
  );
  expect(said('http://[::1]:10187')).toContain('00000001 ends by itself: http');
  expect(said(undefined)).toContain('00000001 ends by itself\n');
});
