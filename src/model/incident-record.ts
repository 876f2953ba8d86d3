import type { Answer } from './answer.ts';
import type { Incident } from './incident.ts';
import type { ContainerVerdict } from './report.ts';
import type { Instant } from './time.ts';

/** What is remembered of one incident, open or over. */
export interface IncidentRecord {
  /** As it was last told. */
  readonly incident: Incident;
  readonly isOpen: boolean;
  /** `undefined`: it is open, or nobody saw the end. */
  readonly endedAt: Instant | undefined;
  /** The containers of that time, for the commands that name one. */
  readonly containers: readonly ContainerVerdict[];
  /** To the questions of an investigation, while it was open; empty where none are kept. */
  readonly answers: readonly Answer[];
  /** `false`: only the journal knows of it, and that keeps no evidence. */
  readonly isWhole: boolean;
}
