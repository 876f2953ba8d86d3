import * as units from '@grafana/grafana-foundation-sdk/units';
import { PRESENCE_WORDS } from '../colours.ts';
import { SERVER_FACTS, VOLUME_PRESENCE } from '../expressions.ts';
import { linkFromRow } from '../links.ts';
import { HOST, tablePanel } from '../panels/table.ts';
import { select } from '../select.ts';

/** Volumes that hold data, or did. */
export function volumeTable(options: {
  readonly id: number;
  readonly width: number;
  readonly height: number;
}) {
  return tablePanel({
    ...options,
    title: 'Volumes',
    description: 'Docker volumes that hold the data of a watched server, or have to.',
    none: 'no volume is watched',
    columns: [
      HOST,
      { label: 'volume' },
      { title: 'presence', expr: VOLUME_PRESENCE, mappings: PRESENCE_WORDS },
      {
        title: 'created',
        expr: `1000 * max without (instance, job) (${select('pgvigil_volume_created_timestamp_seconds')})`,
        unit: units.DateTimeFromNow,
      },
      {
        title: 'size',
        expr: `max without (instance, job) (${select('pgvigil_volume_size_bytes')})`,
        unit: units.BytesIEC,
      },
    ],
    sortBy: { title: 'presence' },
  });
}

/** What every server is and where its data lies. */
export function placeTable({ id, height }: { readonly id: number; readonly height: number }) {
  const known = SERVER_FACTS.join(', ');
  // `topk`: two pgvigil may know a server differently, and a join takes one.
  const info = `topk without (${known}) (1, max without (instance, job) (${select('pgvigil_server_info')}))`;
  const mountpoint = `max without (instance, job) (${select('pgvigil_server_filesystem_info')})`;
  const joined = `${mountpoint} * ignoring (mountpoint, ${known}) group_left (${known}) ${info}`;
  const places = `${joined} or ignoring (mountpoint, ${known}) ${info}`;
  return tablePanel({
    id,
    title: 'Servers and their places',
    description: 'A cell is empty while nobody knows, and without Docker for container and volume.',
    width: 24,
    height,
    none: 'no server is watched',
    rows: places,
    columns: [
      HOST,
      { label: 'server', link: linkFromRow('Incident', 'incident', ['server']) },
      ...SERVER_FACTS.map((label) => ({ label })),
      { label: 'mountpoint' },
    ],
    sortBy: { title: 'server' },
  });
}
