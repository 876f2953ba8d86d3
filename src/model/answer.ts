import type { Instant } from './time.ts';

/** The questions that an investigation of a lost database asks first, in the order in which they were asked. */
export const QUESTIONS = [
  'docker_restarted',
  'volume_there',
  'disk_space',
  'removal_logged',
  'reboot_or_update',
] as const;
export type Question = (typeof QUESTIONS)[number];

export interface Answer {
  readonly question: Question;
  /** `unknown`: it could not be looked at. */
  readonly answer: 'yes' | 'no' | 'unknown';
  /** What was seen, oldest first where it has a time. */
  readonly facts: readonly { readonly at: Instant | undefined; readonly text: string }[];
}
