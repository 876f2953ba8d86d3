import type { Need } from '../../kit/needs.ts';
import type { Stage } from './stage.ts';

/** A real fault, and what pgvigil has to show while it lasts and when it is over. */
export interface Fault {
  /** Number of its row in docs/faults.md. */
  readonly row: number;
  readonly name: string;
  readonly needs: readonly Need[];
  /**
   * Sets up, injects, waits for what must be seen, and takes the fault away again; throws when something is not
   * seen in time. Gives what was seen, in a few words. What holds for all faults is checked by `runFault`.
   */
  readonly play: (stage: Stage) => Promise<string>;
}
