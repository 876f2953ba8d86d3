import type { IncidentKind, Symptom } from '../../model/incident.ts';
import { short } from './text.ts';

/** What an incident is called, in two or three words. */
export const KIND_TITLES = {
  database_missing: 'Database missing',
  database_replaced: 'Database replaced',
  database_unreadable: 'Database unreadable',
  database_shrunk: 'Data lost from a database',
  server_replaced: 'Server replaced',
  server_down: 'Server down',
  volume_missing: 'Volume missing',
  data_off_volume: 'Data not on its volume',
  disk_full: 'Disk full',
  blind: 'Cannot see',
} as const satisfies Record<IncidentKind, string>;

interface Names {
  readonly server: string;
  readonly database: string;
  readonly volume: string;
}

const KIND_SENTENCES = {
  database_missing: ({ database, server }) => `Database ${database} of ${server} is missing`,
  database_replaced: ({ database, server }) => `Database ${database} of ${server} is not the one it was`,
  database_unreadable: ({ database, server }) => `Database ${database} of ${server} cannot be read`,
  database_shrunk: ({ database, server }) => `Database ${database} of ${server} has lost much of its data`,
  server_replaced: ({ server }) => `Server ${server} is not the cluster it was`,
  server_down: ({ server }) => `Server ${server} is down`,
  volume_missing: ({ volume, server }) => `Volume ${volume} of ${server} is missing`,
  data_off_volume: ({ volume, server }) => `The data of ${server} does not lie on its volume ${volume}`,
  disk_full: ({ server }) => `The disk under ${server} is full`,
  blind: ({ server }) => `pgvigil cannot see ${server}`,
} as const satisfies Record<IncidentKind, (names: Names) => string>;

/** What is wrong, in one clause without a full stop and without a cause. */
export function symptomSentence({ kind, server, datname, volume }: Symptom): string {
  return KIND_SENTENCES[kind]({
    server: short(server),
    database: short(datname ?? '?'),
    volume: short(volume ?? '?'),
  });
}
