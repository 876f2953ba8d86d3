import type { Fault } from './fault.ts';

/** Faults of pgvigil's own surroundings: its clients, its state, its process. */
export const ITSELF: readonly Fault[] = [];
