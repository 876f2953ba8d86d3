import type { IncidentRecord } from '../../model/incident-record.ts';
import type { Happening } from '../../model/journal.ts';
import type { Log } from '../../model/log.ts';
import type { Report } from '../../model/report.ts';
import type { Clock } from '../../model/time.ts';
import type { WebAccess } from '../../model/web-access.ts';

/** Everything the web server is given. It looks at nothing by itself. */
export interface WebOptions {
  readonly listenAddress: ListenAddress;
  /** Who may read, until `apply` says otherwise. */
  readonly access: WebAccess;
  /** Compiled module of the thread that compares passwords. */
  readonly hashWorkerPath: string;
  /** The last report; `undefined` before the first. */
  readonly report: () => Report | undefined;
  /** The last happenings, as the journal orders them. */
  readonly events: (limit: number) => readonly Happening[];
  /** What is remembered of an incident, open or over. */
  readonly incident: (id: string) => IncidentRecord | undefined;
  readonly ready: () => boolean;
  readonly healthy: () => boolean;
  /** `undefined`: reload over HTTP is switched off. */
  readonly reload: undefined | (() => Promise<ReloadResult>);
  readonly log: Log;
  readonly clock: Clock;
}

export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface ReloadResult {
  readonly ok: boolean;
  /** For a person: what was done, or what is wrong with the file. */
  readonly message: string;
}
