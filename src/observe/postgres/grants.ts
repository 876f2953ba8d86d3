/** What the monitoring role may do. */
export interface Rights {
  readonly readAllSettings: boolean;
  readonly readAllStats: boolean;
  readonly controlSystem: boolean;
  readonly controlCheckpoint: boolean;
  /** Expected databases that the role may not connect to. */
  readonly closedDatabases: readonly string[];
}

/** The statements that give `role` what it lacks, ready to be pasted. */
export function missingGrants(role: string, rights: Rights): readonly string[] {
  const to = `TO ${quoteIdentifier(role)}`;
  return [
    ...(rights.readAllSettings ? [] : [`GRANT pg_read_all_settings ${to}`]),
    ...(rights.readAllStats ? [] : [`GRANT pg_read_all_stats ${to}`]),
    ...(rights.controlSystem ? [] : [`GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() ${to}`]),
    ...(rights.controlCheckpoint
      ? []
      : [`GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_checkpoint() ${to}`]),
    ...rights.closedDatabases.map((name) => `GRANT CONNECT ON DATABASE ${quoteIdentifier(name)} ${to}`),
  ];
}

/** An identifier of SQL, bare where it may be. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
