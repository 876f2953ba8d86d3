import { expect, test } from 'vitest';
import { statusText } from '../../src/cli/status-text.ts';
import { backup, backupSource, REPORT_AT, wellReport } from '../fixtures/report.ts';

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
