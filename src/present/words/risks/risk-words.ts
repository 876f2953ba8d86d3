import type { Risk } from '../../../model/risk.ts';

/** The words of one risk. */
export interface RiskWords {
  readonly title: string;
  /** What would happen, in one or two sentences. */
  readonly meaning: (risk: RiskSubject) => string;
  /** What to do about it, in a sentence that ends in a colon where an example follows. */
  readonly remedy: string;
  /** Commands or config lines; a word in capitals is to be filled in. */
  readonly example: (risk: RiskSubject) => readonly string[];
}

/** A risk with the name of its server, safe in a sentence. */
export interface RiskSubject {
  readonly server: string;
  readonly facts: Risk['facts'];
}
