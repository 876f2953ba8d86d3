/** A server as the metrics of pgvigil tell it. */
export interface SaidServer {
  readonly datnames: readonly string[];
  readonly missing?: readonly string[];
  readonly up?: boolean;
  /** The volume of its data; default: there. */
  readonly volumeThere?: boolean;
}

/** Lines that pgvigil would export about server `main` with its data on volume `data`, as far as the rules need them. */
export function saidByPgvigil(server: SaidServer): readonly string[] {
  const { datnames, missing = [], up = true, volumeThere = true } = server;
  return [
    `pgvigil_server_up{server="main"} ${up ? 1 : 0}`,
    `pgvigil_report_timestamp_seconds ${Date.now() / 1000}`,
    'pgvigil_server_info{server="main",system_identifier="7711161441652576274",version="16.4",container="db",volume="data",data_directory="/var/lib/postgresql/data"} 1',
    'pgvigil_volume_expected{volume="data"} 1',
    `pgvigil_volume_present{volume="data"} ${volumeThere ? 1 : 0}`,
    ...datnames.flatMap((datname) => [
      `pgvigil_database_expected{server="main",datname="${datname}",source="config"} 1`,
      `pgvigil_database_present{server="main",datname="${datname}"} ${missing.includes(datname) ? 0 : 1}`,
    ]),
  ];
}
