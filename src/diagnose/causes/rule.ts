import type { Cause, Confidence, Trigger } from '../../model/cause.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { Symptom } from '../../model/incident.ts';
import type { Case } from '../case.ts';

/** What a cause says of a case. */
export interface Finding {
  readonly cause: Cause;
  readonly trigger?: Trigger;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  /** The symptoms it accounts for, the one that names the incident first. */
  readonly explains: readonly [Symptom, ...Symptom[]];
  /** A certain loss need not wait until a restart can be ruled out. */
  readonly urgent: boolean;
}

/** One cause: looks at a case in which something is wrong, and answers with what it accounts for. Pure. */
export type CauseRule = (facts: Case) => readonly Finding[];

/** Saw it happen, or knows only before and after. */
export function witnessed(facts: Case): Confidence {
  return facts.witnessed ? 'observed' : 'inferred';
}

/** The symptoms with these kinds first, in this order, then the others; `undefined` when there are none. */
export function led(
  symptoms: readonly Symptom[],
  ...kinds: readonly Symptom['kind'][]
): readonly [Symptom, ...Symptom[]] | undefined {
  const rank = (symptom: Symptom): number => {
    const index = kinds.indexOf(symptom.kind);
    return index < 0 ? kinds.length : index;
  };
  const [first, ...rest] = [...symptoms].sort((a, b) => rank(a) - rank(b));
  return first && [first, ...rest];
}
