import * as units from '@grafana/grafana-foundation-sdk/units';
import { above, IDENTITY_WORDS, STATE_WORDS } from '../colours.ts';
import { SERVER_IDENTITY, SERVER_STATE } from '../expressions.ts';
import { CONNECTIONS_LIMIT } from '../limits.ts';
import { linkFromRow } from '../links.ts';
import { HOST, tablePanel } from '../panels/table.ts';
import { select } from '../select.ts';

/** Part of the connections of a server that is taken. */
export const CONNECTIONS_TAKEN = `max without (instance, job) (${select('pgvigil_server_connections')} / (${select('pgvigil_server_max_connections')} > 0))`;

/** The state of every server. What it is and where its data lies has a table of its own: see the storage. */
export function serverTable(options: {
  readonly id: number;
  readonly width: number;
  readonly height: number;
}) {
  const milliseconds = 1000;
  return tablePanel({
    ...options,
    title: 'Servers',
    description:
      'The state comes from a fresh connection every 10 seconds. Identity: whether it is the cluster that was pinned.',
    none: 'no server was looked at yet',
    columns: [
      HOST,
      { label: 'server', link: linkFromRow('Incident', 'incident', ['server']) },
      { title: 'state', expr: SERVER_STATE, mappings: STATE_WORDS },
      { title: 'identity', expr: SERVER_IDENTITY, mappings: IDENTITY_WORDS },
      {
        title: 'initialised',
        expr: `${milliseconds} * max without (instance, job) (${select('pgvigil_server_initialized_timestamp_seconds')})`,
        unit: units.DateTimeFromNow,
      },
      {
        title: 'started',
        expr: `${milliseconds} * max without (instance, job) (${select('pgvigil_server_start_timestamp_seconds')})`,
        unit: units.DateTimeFromNow,
      },
      {
        title: 'connections',
        expr: CONNECTIONS_TAKEN,
        unit: units.PercentUnit,
        decimals: 0,
        steps: above(CONNECTIONS_LIMIT),
      },
    ],
    sortBy: { title: 'server' },
  });
}
