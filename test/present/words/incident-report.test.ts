import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Incident } from '../../../src/model/incident.ts';
import type { IncidentRecord } from '../../../src/model/incident-record.ts';
import type { Happening } from '../../../src/model/journal.ts';
import { duration, incidentReport } from '../../../src/present/words/incident-report.ts';
import { ANSWERS } from '../../fixtures/answers.ts';
import { INCIDENTS, LOST_AT } from '../../fixtures/incidents.ts';
import { PAGES } from '../../fixtures/pages.ts';
import { HOSTILE_NAMES } from '../../fixtures/report.ts';
import { expectGolden } from '../../kit/golden.ts';

const [lost] = INCIDENTS;
const night = PAGES.find(({ name }) => name === 'one-incident');
if (lost === undefined || night === undefined) throw new Error('the night of the compose down is no fixture');

const record = (incident: Incident, differences: Partial<IncidentRecord> = {}): IncidentRecord => ({
  incident,
  isOpen: true,
  endedAt: undefined,
  containers: [],
  answers: ANSWERS,
  isWhole: true,
  ...differences,
});

describe('incidentReport', () => {
  test('tells a loss in the words that were reviewed', () => {
    expectGolden(incidentReport(record(lost), night.events), 'test/golden/incident-report.md');
  });

  test('of one that is over says how long it took, and asks for no acceptance', () => {
    const endedAt = lost.since + 3_723_000;
    const text = incidentReport(record(lost, { isOpen: false, endedAt }), []);
    expect(text).toContain('| **Until** | 2026-07-14 03:16:11 UTC |');
    expect(text).toContain('| **Took** | 1 h 2 min 3 s |');
    expect(text).toContain('## What was advised');
    expect(text).not.toContain('It stays open');
    expect(text).not.toContain('## Timeline');
  });

  test('of one that only the journal knows says so, and claims no evidence', () => {
    const bare = { ...lost, evidence: [], symptoms: [] };
    const text = incidentReport(record(bare, { isOpen: false, isWhole: false, answers: [] }), []);
    expect(text).toMatch(/^# Volume simfab-facelift\\_postgres\\_data of main is missing\n/);
    expect(text).toContain('its evidence is not kept');
    expect(text).toContain('| **Until** | not known |');
    expect(text).not.toMatch(/## What shows it|## Questions|## What to do|## What was advised/);
    expect(text).toContain('runbooks/PgVigilVolumeMissing.md');
  });

  test('has a report of every cause, with its evidence and steps', () => {
    for (const incident of INCIDENTS) {
      const text = incidentReport(record(incident), []);
      expect(text.match(/^\| \d{4}-.*\|$|^\| not known .*\|$/gm)?.length ?? 0).toBe(incident.evidence.length);
      expect(text).toMatch(/\n1\. /);
      expect(text.endsWith('\n')).toBe(true);
    }
  });

  test('cuts what nobody reads, and says so', () => {
    const symptoms = Array.from({ length: 130 }, (_, index) => ({ ...lost, datname: `t${index}` }));
    const events: Happening[] = Array.from({ length: 130 }, () => ({
      at: LOST_AT,
      kind: 'database_missing',
      server: 'main',
    }));
    const text = incidentReport(record({ ...lost, symptoms }), events);
    expect(text).toContain('- and 30 more\n');
    expect(text).toContain('And 30 more, in the journal.');
  });

  test('tells of this server and of this incident only, around its time', () => {
    const at = LOST_AT - 1000;
    const events: Happening[] = [
      { at, kind: 'database_missing', server: 'main', datname: 'ours' },
      { at, kind: 'database_missing', server: 'other', datname: 'theirs' },
      { at: LOST_AT - 3_600_000, kind: 'database_missing', server: 'main', datname: 'earlier' },
      {
        at: LOST_AT + 7_200_000,
        kind: 'accepted',
        server: 'main',
        details: { incident: lost.id, reason: 'meant' },
      },
      {
        at: LOST_AT + 7_200_000,
        kind: 'incident_opened',
        server: 'main',
        details: { incident: '00000000', what: 'blind' },
      },
    ];
    const text = incidentReport(record(lost, { isOpen: false, endedAt: LOST_AT + 7_200_000 }), events);
    expect(text).toContain('main / ours');
    expect(text).toContain('reason meant');
    expect(text).not.toMatch(/theirs|earlier|00000000/);
  });

  test('is as many lines, cells and headings whatever the names are', () => {
    const shape = (text: string): readonly string[] =>
      text.split('\n').map((line) => {
        const bare = line.replace(/\\[!-/:-@[-`{-~]/g, 'x');
        return `${/^(#+ |- |\d+\. | {2}- |\| )?/.exec(bare)?.[0] ?? ''}${bare.split('|').length}`;
      });
    const of = (name: string): string => {
      const facts = { name, volume: name, datname: name, user: name, text: name };
      const incident: Incident = {
        ...lost,
        server: name,
        datname: name,
        volume: name,
        evidence: lost.evidence.map((one) => ({ ...one, facts })),
        symptoms: lost.symptoms.map((symptom) => ({ ...symptom, server: name, datname: name })),
      };
      const answers = ANSWERS.map((answer) => ({ ...answer, facts: [{ at: LOST_AT, text: name }] }));
      const events: Happening[] = [
        { at: LOST_AT, kind: 'accepted', server: name, details: { [`reason${name}`]: name } },
      ];
      return incidentReport(record(incident, { answers }), events);
    };
    const expected = shape(of('plain'));
    const names = fc.oneof(
      fc.constantFrom('|<script>', '`', '``` ', ...HOSTILE_NAMES),
      fc.string({ unit: fc.constantFrom(...'\\`*_[]()<>#+-.!|~&@:/=\n\r 1a"\''), minLength: 1 }),
      fc.string({ minLength: 1 }),
    );
    fc.assert(
      fc.property(names, (name) => {
        const text = of(name);
        // What stands in code is shown as it is; a pipe there is in no table.
        const outside = text.replace(/^\d+\. .*$/gm, (line) => line.replace(/`[^`\n]*`/g, '`code`'));
        expect(shape(outside)).toEqual(
          shape(of('plain').replace(/^\d+\. .*$/gm, (line) => line.replace(/`[^`\n]*`/g, '`code`'))),
        );
        expect(outside.replace(/<https:[^>\n]+>/g, '')).not.toMatch(/[<>]/);
      }),
      { numRuns: 300 },
    );
    expect(expected.length).toBeGreaterThan(50);
  });
});

test.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [3_600_000, '1 h'],
  [90_061_000, '1 d 1 h 1 min 1 s'],
])('%i ms are %s', (ms, words) => expect(duration(ms)).toBe(words));
