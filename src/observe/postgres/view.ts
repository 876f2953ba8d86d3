import { type Latest, latest, type Observation } from '../../model/observation.ts';
import type {
  CatalogFacts,
  ConnectedFacts,
  DropSession,
  PostgresView,
  ServerFacts,
  SizesFacts,
  TablesFacts,
} from '../../model/postgres.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Tally } from './tally.ts';

/** More have not been seen to help anybody. */
const MAX_DROP_SESSIONS = 50;

type Look<T> = Observation<T, ConnectReason>;

/** Holds the latest of everything; only `view` gives it away, immutable. */
export interface ViewStore {
  connect(look: Look<ServerFacts>): void;
  catalog(look: Look<CatalogFacts>): void;
  database(datname: string, look: Look<ConnectedFacts>): void;
  sizes(look: Look<SizesFacts>): void;
  tables(datname: string, look: Look<TablesFacts>): void;
  dropSessions(found: readonly DropSession[]): void;
  view(): PostgresView;
}

export function createViewStore(tally: Tally): ViewStore {
  let held: Omit<PostgresView, 'tallies'> = {
    connect: undefined,
    catalog: undefined,
    databases: new Map<string, Latest<ConnectedFacts, ConnectReason>>(),
    sizes: undefined,
    tables: new Map<string, Latest<TablesFacts, ConnectReason>>(),
    dropSessions: [],
  };
  return {
    connect(look) {
      held = { ...held, connect: latest(held.connect, look) };
    },
    catalog(look) {
      held = { ...held, catalog: latest(held.catalog, look) };
    },
    database(datname, look) {
      const databases = new Map(held.databases);
      databases.set(datname, latest(databases.get(datname), look));
      held = { ...held, databases };
    },
    sizes(look) {
      held = { ...held, sizes: latest(held.sizes, look) };
    },
    tables(datname, look) {
      const tables = new Map(held.tables);
      tables.set(datname, latest(tables.get(datname), look));
      held = { ...held, tables };
    },
    dropSessions(found) {
      const all = [...held.dropSessions, ...found].sort((a, b) => a.at - b.at);
      held = { ...held, dropSessions: all.slice(-MAX_DROP_SESSIONS) };
    },
    view: () => ({ ...held, tallies: tally.read() }),
  };
}
