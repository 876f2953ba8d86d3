import type { PostgresView } from '../../model/postgres.ts';
import type { Observer } from '../observer.ts';

const NOTHING_SEEN: PostgresView = {
  connect: undefined,
  catalog: undefined,
  databases: new Map(),
  sizes: undefined,
  tables: new Map(),
  dropSessions: [],
  tallies: [],
};

/** A server that is watched, and of which nobody knows yet where it is: it is not looked at, and nothing is said of it. */
export function createAwaitedServer(): Observer<PostgresView> {
  return { start: () => undefined, view: () => NOTHING_SEEN, stop: () => Promise.resolve() };
}
