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
const OF_STORAGE = { uid: 'pgvigil-storage', labels: ['server'] } as const;

/** A test compares each word with the rule. */
export const WORDINGS = {
  database_missing: {
    alertname: 'PgVigilDatabaseMissing',
    labels: ['server', 'datname'],
    summary: 'An expected database is gone.',
    description: ({ server, datname }) =>
      `Database ${datname} is expected on server ${server} and was verified to be gone.`,
    dashboard: OF_DATABASE,
  },
  database_replaced: {
    alertname: 'PgVigilDatabaseReplaced',
    labels: ['server', 'datname'],
    summary: 'A database was replaced by another one of the same name.',
    description: ({ server, datname }) =>
      `Database ${datname} on server ${server} has the name that is expected and another identity.`,
    dashboard: OF_DATABASE,
  },
  database_unreadable: {
    alertname: 'PgVigilDatabaseUnreadable',
    labels: ['server', 'datname'],
    summary: 'An expected database cannot be read.',
    description: ({ server, datname }) => `Database ${datname} on server ${server} cannot be read.`,
    dashboard: OF_DATABASE,
  },
  database_shrunk: {
    alertname: 'PgVigilDatabaseShrunk',
    labels: ['server', 'datname'],
    summary: 'A database has lost much of its data.',
    description: ({ server, datname }) =>
      `Database ${datname} on server ${server} has lost much of its data.`,
    dashboard: OF_DATABASE,
  },
  server_replaced: {
    alertname: 'PgVigilServerReplaced',
    labels: ['server'],
    summary: 'A PostgreSQL server answers with another identity.',
    description: ({ server }) => `What answers as server ${server} is another cluster.`,
    dashboard: OF_SERVER,
  },
  server_down: {
    alertname: 'PgVigilServerDown',
    labels: ['server'],
    summary: 'A PostgreSQL server does not let anybody in.',
    description: ({ server }) => `Server ${server} has refused or failed every fresh connection.`,
    dashboard: OF_SERVER,
  },
  volume_missing: {
    alertname: 'PgVigilVolumeMissing',
    labels: ['server', 'volume'],
    summary: 'A Docker volume that held the data of a server is gone.',
    description: ({ volume }) =>
      `Docker does not list volume ${volume} any more, or its directory was deleted.`,
    dashboard: OF_STORAGE,
  },
  data_off_volume: {
    alertname: 'PgVigilDataOffVolume',
    labels: ['server', 'volume'],
    summary: 'The data of a server does not lie on its volume.',
    description: ({ server, volume }) => `The data of server ${server} does not lie on volume ${volume}.`,
    dashboard: OF_STORAGE,
  },
  disk_full: {
    alertname: 'PgVigilDiskFull',
    labels: ['server'],
    summary: 'The disk under a server is full.',
    description: ({ server }) => `The disk under server ${server} is full.`,
    dashboard: OF_STORAGE,
  },
  blind: {
    alertname: 'PgVigilServerBlind',
    labels: ['server'],
    summary: 'A PostgreSQL server cannot be watched.',
    description: ({ server }) => `pgvigil cannot see server ${server}.`,
    dashboard: OF_SERVER,
  },
} as const satisfies Record<IncidentKind, Wording>;
