import { DATABASE_LOSSES } from './losses-databases.ts';
import { MORE_VOLUME_LOSSES, UNSEEN_LOSSES, VOLUME_LOSSES } from './losses-docker.ts';
import { SERVER_LOSSES } from './losses-servers.ts';
import { ROUTINE } from './routine.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario, the slowest first so that no core idles in the end. */
export const ALL: readonly Scenario[] = [
  ...VOLUME_LOSSES,
  ...SERVER_LOSSES,
  ...MORE_VOLUME_LOSSES,
  ...UNSEEN_LOSSES,
  ...DATABASE_LOSSES,
  ...ROUTINE,
];

/** One of each sort, for every run of the tests. */
const NAMES: readonly string[] = [
  'compose down -v',
  'compose project renamed',
  'data directory emptied and initialised anew, our role gone with it',
  'container made anew without the volume, while pgvigil was off',
  'container stopped',
  'password changed',
  'DROP DATABASE, the session stays open',
  'dropped and made again between two looks',
  'the files of a database deleted',
  'server restarted, fast',
  'compose up --force-recreate',
  'VACUUM FULL',
];
export const REPRESENTATIVE: readonly Scenario[] = NAMES.map((name) => {
  const found = ALL.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`no scenario is called "${name}"`);
  return found;
});
