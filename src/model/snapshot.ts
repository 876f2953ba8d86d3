import type { BackupView } from './backup-view.ts';
import type { DiskView } from './disk.ts';
import type { DockerView } from './docker.ts';
import type { Placement } from './placement.ts';
import type { PostgresView } from './postgres.ts';
import type { Instant } from './time.ts';
import type { VerifiedServer } from './verified.ts';

/** The world as all observers saw it last: the input of remember and diagnose. */
export interface Snapshot {
  readonly at: Instant;
  readonly monotonicMs: number;
  /** By server name. */
  readonly servers: ReadonlyMap<string, PostgresView>;
  readonly placements: ReadonlyMap<string, Placement>;
  readonly verified: ReadonlyMap<string, VerifiedServer>;
  readonly docker: DockerView;
  readonly disk: DiskView;
  /** By the name of their source. */
  readonly backups: ReadonlyMap<string, BackupView>;
}
