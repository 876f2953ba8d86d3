import type { MountFacts } from './docker.ts';

/** Where a server's data lives, as far as it could be found. `undefined`: not found, or not looked. */
export interface Placement {
  readonly dataDirectory: string | undefined;
  readonly container: { readonly id: string; readonly name: string } | undefined;
  /** The container's mount that covers the data directory; `undefined` when none does. */
  readonly mount: MountFacts | undefined;
  /** Name of the volume behind that mount. */
  readonly volume: string | undefined;
  /** Path on this machine that lies on the data's filesystem. */
  readonly hostPath: string | undefined;
  /** Mountpoint on this machine of that filesystem. */
  readonly mountpoint: string | undefined;
}
