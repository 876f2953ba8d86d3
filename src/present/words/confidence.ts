import type { Confidence } from '../../model/cause.ts';

/** How well founded a cause is. */
export const CONFIDENCE_WORDS = {
  observed: 'Observed: it was seen as it happened.',
  inferred: 'Inferred: only before and after are known, nobody saw the moment.',
  unknown: 'Unknown: nothing that was seen tells why.',
} as const satisfies Record<Confidence, string>;
