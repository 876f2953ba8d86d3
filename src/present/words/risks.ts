import type { Risk, RiskName } from '../../model/risk.ts';
import { DATA_RISKS } from './risks/data.ts';
import { HABIT_RISKS } from './risks/habits.ts';
import type { RiskWords } from './risks/risk-words.ts';
import { short } from './text.ts';

const RISK_WORDS = { ...DATA_RISKS, ...HABIT_RISKS } as const satisfies Record<RiskName, RiskWords>;

/** What a risk is called, in a few words. */
export const riskTitle = (risk: RiskName): string => RISK_WORDS[risk].title;

/** A risk that is there in plain text: what it means and what to do about it. */
export function riskStory({ risk, server, facts }: Risk): {
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly example: readonly string[];
} {
  const { title, meaning, remedy, example } = RISK_WORDS[risk];
  const subject = { server: short(server), facts };
  return { title, meaning: meaning(subject), remedy, example: example(subject) };
}
