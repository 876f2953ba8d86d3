import type { DockerConfig, IntervalsMs, TimeoutsMs } from '../../model/config.ts';
import type { NetworkObserverDeps } from '../observer.ts';
import type { IsWatched } from './wake.ts';

/** The parts of the configuration that the Docker observer reads. */
export interface DockerObserverSettings {
  readonly docker: DockerConfig;
  readonly intervals: IntervalsMs;
  readonly timeouts: TimeoutsMs;
}

/** What the Docker observer is given; all is asked anew each time, for what is watched changes. */
export interface DockerObserverDeps extends NetworkObserverDeps {
  readonly isWatched: IsWatched;
  /**
   * True while the server behind this container does not let us in or does not run: then its pg_control tells which
   * cluster it is, and its log what happened to it.
   */
  readonly needsControl: (containerName: string) => boolean;
}
