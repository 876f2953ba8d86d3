/**
 * Broken rules that mean the same as the right one, each with the reason why no test can tell them apart. A pattern
 * stands for all that it matches, and all of these have to go unnoticed.
 */
export const EQUIVALENT: readonly { readonly mutants: RegExp; readonly reason: string }[] = [
  {
    mutants: /^PgVigilWatchdog .*for 1 at vector\(1\)$/,
    reason: 'it always fires, and its value is told nowhere',
  },
  {
    mutants:
      /: with min for max at .*max without \(instance, job, source\) \(($|pgvigil_database_expected\b)/,
    reason: 'it is 1 wherever it is',
  },
  {
    mutants: /^host_server:pgvigil_database_(expected|unknown):count: with sum for count /,
    reason: 'pgvigil_database_expected is 1 wherever it is, so its sum is its count',
  },
  {
    mutants:
      /^PgVigil(Database(Replaced|Shrunk)|ServerReplaced) .*: with min for max at .* id, kind, volume\) \($/,
    reason: 'pgvigil_incident_symptom is 1 wherever it is',
  },
  {
    mutants: /^host_server_kind_cause:pgvigil_incident_open:count: with (sum for count|min for max) /,
    reason: 'pgvigil_incident_open is 1 wherever it is',
  },
  {
    mutants: /: with min for max at max without \(instance, job\) \(pgvigil_database_present\)$/,
    reason: 'behind `unless`, and only whether there is a value counts',
  },
  {
    mutants: /: with min for max at .*\(pgvigil_database_size_bytes offset 1d\)$/,
    reason: 'behind `and`, and only whether there is a value counts',
  },
  {
    mutants: /: with min for max at .*\(pgvigil_(database|server)_identity_match\) == 1$/,
    reason: 'where they differ one of them is 0, and the first condition fires by that alone',
  },
  {
    mutants:
      /^PgVigilServer(Down|Blind) .*: with a range of 14400s for 1h at (max .*|last_over_time\(pgvigil_server_up\[1h\]\) == 0)$/,
    reason: 'why it is down is remembered no longer than that it is, which the first condition says',
  },
  {
    mutants:
      /^PgVigilServerBlind .*: with a range of 14400s for 1h at last_over_time\(pgvigil_server_up\[1h\]\) == 0 and /,
    reason: 'and that it is blind no longer than why it is down',
  },
  {
    mutants:
      /^PgVigilVolumeMissing .*: with a range of 14400s for 1h at last_over_time\(pgvigil_volume_expected\[1h\]\)$/,
    reason: 'only what is expected now is left by the last condition',
  },
  {
    mutants: /^PgVigilServerReinitialized .*: with min for max at .*_seconds\[10m\]\)\) \(2\)$/,
    reason: 'where only the greater one is above what was before, the lesser one is in the first condition',
  },
  {
    mutants: /: with >= for > at .*\(delta\(pgvigil_database_size_bytes\[1h\]\)\) > /,
    reason: 'a difference is stretched to the whole range, so that it is not exactly a round number of bytes',
  },
  {
    mutants: /^PgVigilDatabaseGrowthAnomalous .*: with >= for > at server_datname:\S+:deriv6h > 0$/,
    reason: 'the slope of a size is exactly 0 where it stands still, and then it has not grown by 50 MB',
  },
];
