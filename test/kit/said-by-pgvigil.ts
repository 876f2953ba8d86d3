/** A server as the metrics of pgvigil tell it. */
export interface SaidServer {
  /** Default: main. Its data lies on the volume of its name with `_data`. */
  readonly server?: string;
  readonly datnames: readonly string[];
  readonly missing?: readonly string[];
  readonly up?: boolean;
  /** Default: yes. */
  readonly volumeThere?: boolean;
  /** Whether it is the cluster it was; default: yes. */
  readonly same?: boolean;
}

/** Lines that pgvigil would export about a server, as far as the rules need them. */
export function saidByPgvigil(said: SaidServer): readonly string[] {
  const { server = 'main', datnames, missing = [], up = true, volumeThere = true, same = true } = said;
  const volume = `${server}_data`;
  return [
    `pgvigil_server_up{server="${server}"} ${up ? 1 : 0}`,
    `pgvigil_server_info{server="${server}",system_identifier="7711161441652576274",version="16.4",container="db",volume="${volume}",data_directory="/var/lib/postgresql/data"} 1`,
    `pgvigil_server_identity_match{server="${server}"} ${same ? 1 : 0}`,
    `pgvigil_volume_expected{volume="${volume}"} 1`,
    `pgvigil_volume_present{volume="${volume}"} ${volumeThere ? 1 : 0}`,
    ...datnames.flatMap((datname) => [
      `pgvigil_database_expected{server="${server}",datname="${datname}",source="config"} 1`,
      `pgvigil_database_present{server="${server}",datname="${datname}"} ${missing.includes(datname) ? 0 : 1}`,
    ]),
  ];
}
