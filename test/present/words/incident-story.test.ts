import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CAUSES, CONFIDENCES, TRIGGERS } from '../../../src/model/cause.ts';
import { EVIDENCE_KINDS, EVIDENCE_SOURCES, type Evidence } from '../../../src/model/evidence.ts';
import { INCIDENT_KINDS, type Incident } from '../../../src/model/incident.ts';
import { CAUSE_TITLES } from '../../../src/present/words/causes.ts';
import { incidentStory } from '../../../src/present/words/incident-story.ts';
import { KIND_TITLES } from '../../../src/present/words/kinds.ts';
import { INCIDENTS, LOST_AT } from '../../fixtures/incidents.ts';
import { expectGolden } from '../../kit/golden.ts';

/** As a person reviews it. */
function written(incident: Incident): string {
  const { headline, confidence, lines, steps } = incidentStory(incident);
  const { kind, cause, trigger } = incident;
  return [
    `== ${cause}${trigger === undefined ? '' : ` (${trigger})`}`,
    `${KIND_TITLES[kind]} · ${CAUSE_TITLES[cause]} · ${confidence}`,
    headline,
    ...lines.map((line) => `  ${line}`),
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    '',
  ].join('\n');
}

const allText = (incident: Incident): string[] => {
  const { headline, confidence, lines, steps } = incidentStory(incident);
  return [headline, confidence, ...lines, ...steps];
};

describe('incidentStory', () => {
  test('tells every cause in the words that were reviewed', () => {
    expectGolden(INCIDENTS.map(written).join('\n'), 'test/golden/incident-stories.txt');
  });

  test('the fixture has every cause and every kind of evidence', () => {
    expect(new Set(INCIDENTS.map(({ cause }) => cause))).toEqual(new Set(CAUSES));
    const kinds = INCIDENTS.flatMap(({ evidence }) => evidence.map(({ kind }) => kind));
    expect(new Set(kinds)).toEqual(new Set(EVIDENCE_KINDS));
  });

  test('gives two to four steps, and a loss always ends in its acceptance', () => {
    for (const incident of INCIDENTS) {
      const { steps } = incidentStory(incident);
      expect(steps.length, incident.cause).toBeGreaterThanOrEqual(2);
      expect(steps.length, incident.cause).toBeLessThanOrEqual(4);
      if (incident.needsAcceptance) expect(steps.at(-1)).toContain(`pgvigil accept ${incident.id} --reason`);
    }
  });

  test('asks for nothing that destroys what may be left', () => {
    const commands = INCIDENTS.flatMap((incident) =>
      incidentStory(incident).steps.flatMap((step) => step.match(/`[^`]+`/g) ?? []),
    );
    expect(commands.length).toBeGreaterThan(50);
    const wrong = commands.filter((command) =>
      /volume (rm|prune)|system prune|down -v|CREATE DATABASE|createdb|rm -|resetwal/i.test(command),
    );
    expect(wrong).toEqual([]);
  });

  test('says when the volume went, how, and what was in it', () => {
    const [first] = INCIDENTS;
    expect(first && incidentStory(first).headline).toBe(
      'Volume simfab-facelift_postgres_data was removed at 02:14:07 UTC by a compose down; last seen with 523 MiB in 41 tables at 02:14:05.',
    );
  });

  test('claims no moment that nobody saw', () => {
    for (const incident of INCIDENTS.filter(({ confidence }) => confidence === 'inferred')) {
      expect(incidentStory(incident).headline, incident.cause).not.toMatch(/was (removed|dropped) at/);
    }
  });

  test('puts the date before a time of another day', () => {
    const lines = INCIDENTS.flatMap((incident) => incidentStory(incident).lines);
    expect(lines).toContain(
      '2026-05-15 02:14:08 Volume simfab-facelift_postgres_data was made; it still exists, and the data does not lie on it now.',
    );
  });

  test('is one line of harmless text each, whatever the names and the facts', () => {
    const name = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'a\nb',
        '\u001b[31m',
        '\u202e',
        '$(reboot)',
        '`reboot`',
        "'; DROP DATABASE x; --",
        '-rf',
        '',
      ),
    );
    const at = fc.oneof(fc.integer(), fc.constant(LOST_AT), fc.constantFrom(Number.NaN, 1e300));
    const evidence: fc.Arbitrary<Evidence> = fc.record({
      kind: fc.constantFrom(...EVIDENCE_KINDS),
      at: fc.option(at, { nil: undefined }),
      source: fc.constantFrom(...EVIDENCE_SOURCES),
      facts: fc.dictionary(
        fc.constantFrom(
          ...['volume', 'name', 'id', 'datname', 'action', 'answer', 'reason', 'user', 'application', 'text'],
          ...[
            'destination',
            'type',
            'mountpoint',
            'before',
            'after',
            'tables',
            'size_bytes',
            'state',
            'signal',
          ],
          ...[
            'client_address',
            'exitCode',
            'reclaimed',
            'what',
            'data_directory',
            'system_identifier',
            'gaps',
          ],
        ),
        fc.oneof(name, fc.double(), fc.boolean(), fc.constantFrom('constructor', '__proto__', 'die', 'hung')),
      ),
    });
    const names = {
      server: name,
      datname: fc.option(name, { nil: undefined }),
      volume: fc.option(name, { nil: undefined }),
    };
    const incident: fc.Arbitrary<Incident> = fc.record({
      ...names,
      kind: fc.constantFrom(...INCIDENT_KINDS),
      since: at,
      needsAcceptance: fc.boolean(),
      id: name,
      cause: fc.constantFrom(...CAUSES),
      trigger: fc.option(fc.constantFrom(...TRIGGERS), { nil: undefined }),
      confidence: fc.constantFrom(...CONFIDENCES),
      evidence: fc.array(evidence, { maxLength: 4 }),
      symptoms: fc.constant([]),
    });
    fc.assert(
      fc.property(incident, (found) => {
        for (const line of allText(found)) {
          expect(line).not.toMatch(/[\p{Cc}\p{Surrogate}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
          expect(line).not.toMatch(/undefined|\[object|NaN/);
        }
        for (const step of incidentStory(found).steps) {
          // Backticks come in pairs and hold what we wrote, so a name cannot break out of a command.
          expect((step.match(/`/g) ?? []).length % 2).toBe(0);
          for (const command of step.match(/`[^`]+`/g) ?? []) expect(command).not.toMatch(/^[^']*\$\(reboot/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
