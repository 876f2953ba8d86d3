import type { CommandShape, OptionShape } from './shape.ts';

/** What a shell should offer for a value. */
export type Offer = 'file' | 'directory' | 'nothing' | readonly string[];

/** Takes an option and gives what can stand behind it; `undefined` where it takes no value. */
export function offerOf({ value, choices }: OptionShape): Offer | undefined {
  if (value === undefined) return undefined;
  if (choices.length > 0) return choices;
  if (value === 'file' || value === 'directory') return value;
  return 'nothing';
}

/** Names of a command: its own first. */
export const namesOf = ({ name, aliases }: CommandShape): readonly string[] => [name, ...aliases];

/** Everything that can be typed for an option. */
export const flagsOf = ({ long, short }: OptionShape): readonly string[] =>
  short === undefined ? [long] : [short, long];
