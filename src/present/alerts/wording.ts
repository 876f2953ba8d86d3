import type { IncidentKind } from '../../model/incident.ts';

/** Names in an alert, safe as labels. */
export interface Names {
  readonly server: string;
  readonly datname: string;
  readonly volume: string;
}

/** An alert as the rule of the same name in prometheus/rules has it. */
export interface Wording {
  readonly alertname: string;
  /** Labels beside alertname and severity. */
  readonly labels: readonly (keyof Names)[];
  readonly summary: string;
  readonly description: (names: Names) => string;
  /** Dashboard that shows what is wrong, and the labels that choose it there. */
  readonly dashboard: { readonly uid: string; readonly labels: readonly (keyof Names)[] };
}

const OF_DATABASE = { uid: 'pgvigil-database', labels: ['server', 'datname'] } as const;
const OF_SERVER = { uid: 'pgvigil-incident', labels: ['server'] } as const;

/** The words of the rules, but where a rule waits for a minute; a test compares them. */
export const WORDINGS = {
  database_missing: {
    alertname: 'PgVigilDatabaseMissing',
    labels: ['server', 'datname'],
    summary: 'An expected database is gone.',
    description: ({ server, datname }) =>
      `Database ${datname} is expected on server ${server} and was verified to be gone. Do not create it again: an empty database hides the loss and may overwrite what can still be saved.`,
    dashboard: OF_DATABASE,
  },
  database_replaced: {
    alertname: 'PgVigilDatabaseReplaced',
    labels: ['server', 'datname'],
    summary: 'A database was replaced by another one of the same name.',
    description: ({ server, datname }) =>
      `Database ${datname} on server ${server} has the name that is expected and another identity: it was dropped and created again, or it lives in a new cluster. Its old content is not in it.`,
    dashboard: OF_DATABASE,
  },
  database_unreadable: {
    alertname: 'PgVigilDatabaseUnreadable',
    labels: ['server', 'datname'],
    summary: 'An expected database cannot be read.',
    description: ({ server, datname }) =>
      `Database ${datname} of server ${server} is still listed and was verified to be without its data: files are gone or damaged, or a DROP DATABASE was interrupted. Stop what writes, and restart nothing before its files are saved.`,
    dashboard: OF_DATABASE,
  },
  database_shrunk: {
    alertname: 'PgVigilDatabaseShrunk',
    labels: ['server', 'datname'],
    summary: 'A database has lost much of its data.',
    description: ({ server, datname }) =>
      `Database ${datname} of server ${server} is there, and most of its tables or of their content are not. Stop what writes before anything else.`,
    dashboard: OF_DATABASE,
  },
  server_replaced: {
    alertname: 'PgVigilServerReplaced',
    labels: ['server'],
    summary: 'A PostgreSQL server answers with another identity.',
    description: ({ server }) =>
      `What answers as server ${server} is another cluster than the one that was pinned: its system identifier changed. The data directory was initialised again, or the container came up on another volume.`,
    dashboard: OF_SERVER,
  },
  server_down: {
    alertname: 'PgVigilServerDown',
    labels: ['server'],
    summary: 'A PostgreSQL server does not let anybody in.',
    description: ({ server }) => `Server ${server} refuses or fails every fresh connection.`,
    dashboard: OF_SERVER,
  },
  volume_missing: {
    alertname: 'PgVigilVolumeMissing',
    labels: ['server', 'volume'],
    summary: 'A Docker volume that held the data of a server is gone.',
    description: ({ server, volume }) =>
      `Docker does not list volume ${volume} of server ${server} any more, or its directory was deleted. A server that starts now begins with an empty data directory: start and stop nothing.`,
    dashboard: OF_SERVER,
  },
  data_off_volume: {
    alertname: 'PgVigilDataOffVolume',
    labels: ['server', 'volume'],
    summary: 'The data of a server does not lie on its volume any more.',
    description: ({ server, volume }) =>
      `Server ${server} runs with its data elsewhere than on volume ${volume}. The volume is there and so, probably, is the data on it; what is written now goes to the wrong place.`,
    dashboard: OF_SERVER,
  },
  disk_full: {
    alertname: 'PgVigilDiskFull',
    labels: ['server'],
    summary: 'The disk under the data of a PostgreSQL server is full.',
    description: ({ server }) =>
      `Server ${server} cannot write any more: nothing is left on the filesystem of its data. Reads may still work. Do not delete anything in pg_wal, and no volume.`,
    dashboard: OF_SERVER,
  },
  blind: {
    alertname: 'PgVigilServerBlind',
    labels: ['server'],
    summary: 'A PostgreSQL server cannot be watched.',
    description: ({ server }) =>
      `pgvigil is not able to look at server ${server}. Nothing is known to be lost; a loss would not be noticed now.`,
    dashboard: OF_SERVER,
  },
} as const satisfies Record<IncidentKind, Wording>;
