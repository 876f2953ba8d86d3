import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/model/evidence.ts';
import type { Incident } from '../../../src/model/incident.ts';
import { cutToBytes } from '../../../src/present/words/cut.ts';
import { incidentStory } from '../../../src/present/words/incident-story.ts';
import { incidentText } from '../../../src/present/words/incident-text.ts';
import { INCIDENTS, LOST_AT } from '../../fixtures/incidents.ts';

const logLine = (text: string, seconds = 0): Evidence => ({
  kind: 'log_line',
  at: LOST_AT + seconds * 1000,
  source: 'container_log',
  facts: { text },
});

function incidentWith(evidence: readonly Evidence[], names: Partial<Incident> = {}): Incident {
  const [first] = INCIDENTS;
  if (first === undefined) throw new Error('the fixture is empty');
  return { ...first, evidence, ...names };
}

const sizeOf = ({ headline, evidence }: ReturnType<typeof incidentText>): number =>
  Buffer.byteLength(headline + evidence);

describe('incidentText', () => {
  test('is the whole story of every incident that has few words', () => {
    for (const incident of INCIDENTS) {
      const { headline, lines } = incidentStory(incident);
      expect(incidentText(incident)).toEqual({ headline, evidence: lines.join('\n') });
    }
  });

  test('takes the name of the container from the report where the evidence has none', () => {
    const containers = [
      { server: 'main', name: 'simfab-db', running: true, createdAt: undefined, restarts: 0, oomKills: 0 },
    ];
    const stopped = incidentWith([], { cause: 'container_stopped', kind: 'server_down' });
    expect(incidentText(stopped, { containers }).headline).toContain('simfab-db');
    expect(incidentText(stopped).headline).not.toContain('simfab-db');
  });

  test('leaves out the newest lines where not all have room, and says how many', () => {
    const many = incidentWith(
      Array.from({ length: 40 }, (_, index) => logLine(`line ${index} ${'x'.repeat(80)}`, index)),
    );
    const text = incidentText(many);
    const { lines } = incidentStory(many);
    const kept = text.evidence.split('\n').slice(0, -1);
    expect(kept.length).toBeGreaterThan(8);
    expect(kept).toEqual(lines.slice(0, kept.length));
    expect(text.evidence.split('\n').at(-1)).toBe(`… and ${40 - kept.length} more`);
    expect(sizeOf(text)).toBeLessThanOrEqual(1500);
    // Not a byte more than it must leave out.
    expect(sizeOf(text) + Buffer.byteLength(`\n${lines[kept.length]}`)).toBeGreaterThan(1500);
  });

  test('one endless line leaves room for the others', () => {
    const { evidence } = incidentText(incidentWith([logLine('🐘'.repeat(390)), logLine('after it', 1)]));
    const [long = '', short] = evidence.split('\n');
    expect(long).toMatch(/🐘…$/u);
    expect(Buffer.byteLength(long)).toBeGreaterThan(290);
    expect(short).toContain('after it');
  });

  test('has at most 1500 bytes of well-formed lines, whatever the names and the log', () => {
    const units = fc.array(fc.constantFrom('a', 'é', '🐘', '\ud83d', '\udc18', '\n', '"', '}}'), {
      maxLength: 500,
    });
    const text = units.map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 60 }), (server, datname, log) => {
        const incident = incidentWith(
          log.map((line, index) => logLine(line, index)),
          { server, datname },
        );
        const told = incidentText(incident);
        expect(sizeOf(told)).toBeLessThanOrEqual(1500);
        expect(told.headline).not.toBe('');
        expect(told.headline + told.evidence).not.toMatch(/\p{Surrogate}|[^\P{Cc}\n]/u);
        expect(told.headline).not.toContain('\n');
      }),
      { numRuns: 200 },
    );
  });
});

test('cutToBytes cuts between characters', () => {
  expect(['', 'a', 'a', 'a', 'aé', 'aéz'].map((_, bytes) => cutToBytes('aéz', bytes))).toEqual([
    '',
    'a',
    'a',
    'aé',
    'aéz',
    'aéz',
  ]);
});
