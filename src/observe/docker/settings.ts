import type { DockerConfig, IntervalsMs, TimeoutsMs } from '../../model/config.ts';
import type { ObserverDeps } from '../observer.ts';
import type { IsWatched } from './wake.ts';

/** The parts of the configuration that the Docker observer reads. */
export interface DockerObserverSettings {
  readonly docker: DockerConfig;
  readonly intervals: IntervalsMs;
  readonly timeouts: TimeoutsMs;
}

/** What the Docker observer is given; `isWatched` is asked anew each time, for what is watched changes. */
export interface DockerObserverDeps extends ObserverDeps {
  readonly isWatched: IsWatched;
}
