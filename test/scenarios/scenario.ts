import type { Cause, Confidence, Trigger } from '../../src/model/cause.ts';
import type { EvidenceKind } from '../../src/model/evidence.ts';
import type { IncidentKind } from '../../src/model/incident.ts';
import type { PrivateDocker } from '../kit/docker.ts';
import type { Need } from '../kit/needs.ts';
import type { BareOptions, BareStage } from './bare-stage.ts';
import type { DockerOptions, DockerStage } from './docker-stage.ts';

/** One incident that has to be open; what is left out may be anything. */
export interface Expected {
  /** More than one where it depends on which look came first. */
  readonly kind: IncidentKind | readonly IncidentKind[];
  readonly cause: Cause;
  /** Without one: either `observed` or `inferred`. */
  readonly confidence?: Confidence;
  readonly trigger?: Trigger;
  readonly evidence?: readonly EvidenceKind[];
  readonly datname?: string;
  /** The name of the volume of the stage. */
  readonly volume?: 'pinned';
}

interface Common {
  readonly name: string;
  readonly group: 'loss' | 'routine';
  /** Exactly these are open in the end; nothing for routine work. */
  readonly expect: readonly Expected[];
  /** Causes that are true for a moment before the whole truth is there; any other one told is a wrong one. */
  readonly meanwhile?: readonly Cause[];
  /** From the act, or from the last `mark()` in it, to all expected incidents with all expected evidence. */
  readonly withinMs: number;
  /** How long nothing else may open after that, and for routine work after the act. */
  readonly watchMs: number;
  /** pgvigil is stopped before the act and started after it. */
  readonly whilePgvigilIsOff?: boolean;
  /** `lone`: an engine of its own, one scenario after the other, for an act that hits every container. */
  readonly lane?: 'shared' | 'lone';
  readonly prepare?: (engine: PrivateDocker) => Promise<void>;
  readonly needs?: readonly Need[];
}

/** Real servers, something that is done to them, and what pgvigil has to say about it. */
export type Scenario =
  | (Common & {
      readonly stage: 'docker';
      readonly options?: DockerOptions;
      readonly act: (stage: DockerStage) => Promise<void>;
    })
  | (Common & {
      readonly stage: 'bare';
      readonly options?: BareOptions;
      readonly act: (stage: BareStage) => Promise<void>;
    });

/** What an act is given beside its stage. */
export interface Acting {
  /** The harm is done from now on: the time is taken from here. Without it from the start of the act. */
  readonly mark: () => void;
}
