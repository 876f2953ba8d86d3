import type { Incident } from '../../src/model/incident.ts';
import type { Expected } from './scenario.ts';

/** What was open at one moment. */
export interface Look {
  /** Milliseconds since the act. */
  readonly atMs: number;
  readonly incidents: readonly Incident[];
}

export interface Expectation {
  readonly expect: readonly Expected[];
  readonly meanwhile: readonly Incident['cause'][];
  readonly withinMs: number;
  readonly volume: string | undefined;
}

export interface Judgement {
  /** `not run`: the stage could not be set, or the act failed. */
  readonly verdict: 'right' | 'late' | 'missed' | 'incomplete' | 'wrong cause' | 'false alarm' | 'not run';
  /** Milliseconds from the act until every expected incident was open with its cause. */
  readonly toldMs: number | undefined;
  readonly why: string | undefined;
}

/**
 * Judges what was open over time. A cause that was never expected is the worst, at whatever moment it was told;
 * then what is open in the end, and only then whether it was open in time.
 */
export function judge(looks: readonly Look[], expectation: Expectation): Judgement {
  const { expect, meanwhile, withinMs } = expectation;
  const toldMs =
    expect.length === 0 ? undefined : looks.find((look) => paired(look, expectation, told))?.atMs;
  const verdict = (name: Judgement['verdict'], why?: string): Judgement => ({ verdict: name, toldMs, why });
  const allowed = [...expect.map(({ cause }) => cause), ...meanwhile];
  const wrong = looks.flatMap(({ incidents }) => incidents).find(({ cause }) => !allowed.includes(cause));
  if (wrong) return verdict(expect.length === 0 ? 'false alarm' : 'wrong cause', brief(wrong));
  const last = looks.at(-1);
  if (!last || toldMs === undefined) {
    if (expect.length === 0) return verdict('right');
    return verdict('missed', last?.incidents.map(brief).join('; ') || 'nothing was open');
  }
  if (!paired(last, expectation, matches)) return verdict('incomplete', last.incidents.map(brief).join('; '));
  const wholeMs = looks.find((look) => paired(look, expectation, matches))?.atMs ?? toldMs;
  return wholeMs > withinMs ? verdict('late', `complete after ${seconds(wholeMs)} s`) : verdict('right');
}

/** Every expected incident is open, with everything that is expected of it, and no other one is. */
export function isComplete(look: Look, expectation: Expectation): boolean {
  return paired(look, expectation, matches);
}

type Match = (incident: Incident, expected: Expected, volume: string | undefined) => boolean;

function paired({ incidents }: Look, { expect, volume }: Expectation, match: Match): boolean {
  if (incidents.length !== expect.length) return false;
  const free = [...incidents];
  return expect.every((expected) => {
    const index = free.findIndex((incident) => match(incident, expected, volume));
    if (index < 0) return false;
    free.splice(index, 1);
    return true;
  });
}

function told(incident: Incident, expected: Expected, volume: string | undefined): boolean {
  const kinds: readonly string[] = typeof expected.kind === 'string' ? [expected.kind] : expected.kind;
  return (
    kinds.includes(incident.kind) &&
    incident.cause === expected.cause &&
    (expected.datname === undefined || incident.datname === expected.datname) &&
    (expected.volume === undefined || incident.volume === volume)
  );
}

function matches(incident: Incident, expected: Expected, volume: string | undefined): boolean {
  const kinds = incident.evidence.map(({ kind }) => kind);
  const confidence =
    expected.confidence === undefined
      ? incident.confidence !== 'unknown'
      : incident.confidence === expected.confidence;
  return (
    told(incident, expected, volume) &&
    confidence &&
    (expected.trigger === undefined || incident.trigger === expected.trigger) &&
    (expected.evidence ?? []).every((kind) => kinds.includes(kind))
  );
}

/** One incident on one line. */
export function brief(incident: Incident): string {
  const { kind, cause, trigger, confidence, datname } = incident;
  const evidence = [...new Set(incident.evidence.map((one) => one.kind))].join(',');
  return `${kind}${datname ? ` of ${datname}` : ''}: ${cause}${trigger ? ` by ${trigger}` : ''}, ${confidence} (${evidence})`;
}

export function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
