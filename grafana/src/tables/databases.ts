import * as units from '@grafana/grafana-foundation-sdk/units';
import { IDENTITY_WORDS, PRESENCE_WORDS } from '../colours.ts';
import { DATABASE_IDENTITY, PRESENCE } from '../expressions.ts';
import { linkFromRow } from '../links.ts';
import { HOST, tablePanel } from '../panels/table.ts';
import { select } from '../select.ts';

/** Milliseconds, as Grafana reads instants. */
const lastSeen = `1000 * max without (instance, job) (${select('pgvigil_database_last_seen_timestamp_seconds')})`;

/** What was verified about every database. */
export function databaseTable({ id, height }: { readonly id: number; readonly height: number }) {
  return tablePanel({
    id,
    title: 'Databases',
    description:
      'Presence: verified there, verified gone or without its data, or unknown. Identity: whether it is the database that was there before. A click on a name opens it.',
    width: 24,
    height,
    none: 'no database is watched',
    columns: [
      HOST,
      { label: 'server', link: linkFromRow('Incident', 'incident', ['server']) },
      { label: 'datname', link: linkFromRow('Database', 'database', ['server', 'datname']) },
      { title: 'presence', expr: PRESENCE, mappings: PRESENCE_WORDS },
      { title: 'identity', expr: DATABASE_IDENTITY, mappings: IDENTITY_WORDS },
      { title: 'last seen', expr: lastSeen, unit: units.DateTimeFromNow },
      {
        title: 'size',
        expr: `max without (instance, job) (${select('pgvigil_database_size_bytes')})`,
        unit: units.BytesIEC,
      },
      {
        title: 'connections',
        expr: `max without (instance, job) (${select('pgvigil_database_connections')})`,
        decimals: 0,
      },
    ],
    sortBy: { title: 'presence' },
  });
}
