import { describe, expect, test } from 'vitest';
import { EMPTY_HISTORY } from '../../src/model/history.ts';
import type { Incident } from '../../src/model/incident.ts';
import type { Happening } from '../../src/model/journal.ts';
import { createIncidentBook } from '../../src/remember/incident-book.ts';
import { recordIncidents } from '../../src/remember/record-incidents.ts';
import { ANSWERS } from '../fixtures/answers.ts';
import { INCIDENTS } from '../fixtures/incidents.ts';
import { REPORT_AT, wellReport } from '../fixtures/report.ts';

const [lost] = INCIDENTS;
if (lost === undefined) throw new Error('there is no incident');
const NO_JOURNAL = { recent: () => [] };
const none = () => [];
const at = (offsetMs: number, incidents: readonly Incident[]) =>
  wellReport({ at: REPORT_AT + offsetMs, incidents });
const numbered = (index: number, differences: Partial<Incident> = {}): Incident => ({
  ...lost,
  id: (0xabc00000 + index).toString(16),
  ...differences,
});

describe('the book of incidents', () => {
  test('gives an open one as it is now, with the answers as they are now', () => {
    const book = createIncidentBook(NO_JOURNAL);
    book.note(at(0, [lost]), none);
    book.note(at(1000, [{ ...lost, cause: 'unknown' }]), () => ANSWERS);
    expect(book.find(lost.id)).toMatchObject({
      isOpen: true,
      isWhole: true,
      incident: { cause: 'unknown' },
      answers: ANSWERS,
    });
    expect(book.find('00000000')).toBeUndefined();
  });

  test('keeps one that is over as it was last, and knows when it ended', () => {
    const book = createIncidentBook(NO_JOURNAL);
    book.note(at(0, [lost]), () => ANSWERS);
    book.note(at(2000, []), none);
    book.note(at(3000, []), none);
    expect(book.find(lost.id)).toEqual({
      incident: lost,
      isOpen: false,
      endedAt: REPORT_AT + 2000,
      containers: wellReport().containers,
      answers: ANSWERS,
      isWhole: true,
    });
    // The same again: what is open comes first.
    book.note(at(4000, [lost]), none);
    expect(book.find(lost.id)?.isOpen).toBe(true);
  });

  test('asks for answers only when an incident ends or somebody looks', () => {
    let asked = 0;
    const counting = () => {
      asked += 1;
      return ANSWERS;
    };
    const book = createIncidentBook(NO_JOURNAL);
    for (let tick = 0; tick < 100; tick++) book.note(at(tick, [lost]), counting);
    expect(asked).toBe(0);
    book.note(at(200, []), counting);
    expect(asked).toBe(1);
  });

  test('lets the oldest go: by their number, and by what they carry', () => {
    const book = createIncidentBook(NO_JOURNAL);
    for (let index = 0; index < 150; index++) {
      book.note(at(index * 10, [numbered(index)]), none);
      book.note(at(index * 10 + 5, []), none);
    }
    expect(book.find(numbered(49).id)).toBeUndefined();
    expect(book.find(numbered(50).id)).toBeDefined();
    const symptoms = Array.from({ length: 15_000 }, () => lost);
    for (const index of [200, 201]) {
      book.note(at(index * 10, [numbered(index, { symptoms })]), none);
      book.note(at(index * 10 + 5, []), none);
    }
    expect(book.find(numbered(200).id)).toBeUndefined();
    expect(book.find(numbered(201).id)?.incident.symptoms).toHaveLength(15_000);
  });

  test('keeps the only one, however much it carries', () => {
    const book = createIncidentBook(NO_JOURNAL);
    const symptoms = Array.from({ length: 30_000 }, () => lost);
    book.note(at(0, [numbered(1, { symptoms })]), none);
    book.note(at(5, []), none);
    expect(book.find(numbered(1).id)).toBeDefined();
  });
});

describe('an incident of an earlier run', () => {
  /** As the heartbeat writes it down. */
  function journalOf(incident: Incident): readonly Happening[] {
    const opened = recordIncidents(EMPTY_HISTORY, [{ ...incident, cause: 'unknown' }], 1000);
    const explained = recordIncidents(opened.history, [incident], 2000);
    const closed = recordIncidents(explained.history, [], 3000);
    return [opened, explained, closed].flatMap(({ happenings }) => happenings);
  }
  const find = (happenings: readonly Happening[], id = lost.id) =>
    createIncidentBook({ recent: () => happenings }).find(id);

  test.each(INCIDENTS)('is told from the journal: $cause ($id)', (incident) => {
    const { id, kind, server, datname, volume, cause, trigger, confidence } = incident;
    const told = { id, kind, server, datname, volume, cause, trigger, confidence };
    expect(find(journalOf(incident), id)).toMatchObject({
      incident: { ...told, since: 1000, evidence: [], symptoms: [] },
      isOpen: false,
      endedAt: 3000,
      isWhole: false,
    });
  });

  test('has no end where nobody saw one, and is not there without its beginning', () => {
    const [opened, ...rest] = journalOf(lost);
    if (opened === undefined) throw new Error('it did not open');
    expect(find([opened])).toMatchObject({ isOpen: false, endedAt: undefined });
    expect(find(rest)).toBeUndefined();
    expect(find([opened, ...rest], '00000000')).toBeUndefined();
  });

  test('is not told in words that nobody here knows', () => {
    const newer = journalOf(lost).map((happening) => ({
      ...happening,
      details: { ...happening.details, what: 'eaten_by_gremlins' },
    }));
    expect(find(newer)).toBeUndefined();
    const cause = journalOf(lost).map((happening) => ({
      ...happening,
      details: { ...happening.details, cause: 'gremlins', trigger: 'midnight', confidence: 'sworn' },
    }));
    expect(find(cause)?.incident).toMatchObject({
      cause: 'unknown',
      trigger: undefined,
      confidence: 'unknown',
    });
  });
});
