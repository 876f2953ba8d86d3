import type { Fault } from '../harness/fault.ts';
import { CLIENTS } from './clients.ts';
import { ELSEWHERE } from './elsewhere.ts';
import { LIMITS } from './limits.ts';
import { LOGS } from './log.ts';
import { RELOADS } from './reload.ts';
import { SECRETS } from './secrets.ts';
import { SIGNALS } from './signals.ts';
import { STATE } from './state.ts';

/** Faults of pgvigil's own surroundings: its clients, its state, its process. */
export const ITSELF: readonly Fault[] = [
  ...CLIENTS,
  ...LIMITS,
  ...STATE,
  ...RELOADS,
  ...SECRETS,
  ...ELSEWHERE,
  ...SIGNALS,
  ...LOGS,
];
