import type { BackupSourceVerdict } from '../../model/backup-verdict.ts';
import type { Config, ServerConfig } from '../../model/config.ts';
import type { ContainerFacts, VolumeFacts } from '../../model/docker.ts';
import type { ServerMemory } from '../../model/history.ts';
import type { Placement } from '../../model/placement.ts';
import type { MonitoringRole } from '../../model/postgres.ts';
import type { Risk } from '../../model/risk.ts';

/** What a risk may look at for one server. */
export interface RiskCase {
  readonly config: Config;
  readonly server: ServerConfig;
  readonly memory: ServerMemory | undefined;
  readonly role: MonitoringRole | undefined;
  readonly placement: Placement | undefined;
  /** The container of the server, as Docker lists it now. */
  readonly container: ContainerFacts | undefined;
  /** The volume that the data lies on now. */
  readonly volume: VolumeFacts | undefined;
  /** Of the sources of its backups. */
  readonly backups: readonly BackupSourceVerdict[];
  /** Of a filesystem that is watched. */
  readonly deviceOf: (mountpoint: string) => string | undefined;
}

/** The facts that show the risk; `false`: it is not there; `undefined`: it cannot be told. */
export type RiskRule = (facts: RiskCase) => Risk['facts'] | false | undefined;
