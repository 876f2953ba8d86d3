import type { Fault } from './fault.ts';
import { CLIENTS } from './itself-clients.ts';
import { ELSEWHERE } from './itself-elsewhere.ts';
import { LIMITS } from './itself-limits.ts';
import { LOGS } from './itself-log.ts';
import { RELOADS } from './itself-reload.ts';
import { SECRETS } from './itself-secrets.ts';
import { SIGNALS } from './itself-signals.ts';
import { STATE } from './itself-state.ts';

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
