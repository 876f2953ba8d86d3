import { existsSync } from 'node:fs';
import { listBackups, listDatabases } from '../../guard/restore/backups.ts';
import { type Candidate, type Chosen, chooseBackup } from '../../guard/restore/choose.ts';
import { chooseRemote, type Fetched, offsiteCopies } from '../../guard/restore/offsite.ts';
import { inconclusive } from '../../guard/restore/verdict.ts';
import type { BackupSource, OwnBackups } from '../../model/backup-source.ts';
import { CommandError, EXIT } from '../io.ts';

const FETCH_MS = 7 * 86_400_000;

/** The entry under `backups` that is meant. */
export function ownSource(backups: readonly BackupSource[], name: string | undefined): OwnBackups {
  const own = backups.filter((source) => source.kind === 'pgvigil');
  const names = own.map((source) => source.name).join(', ') || 'the config has none';
  const named = name === undefined ? own : own.filter((source) => source.name === name);
  const [source] = named;
  if (source !== undefined && named.length === 1) return source;
  if (source !== undefined) throw new CommandError(`say which backups with --source: ${names}`, EXIT.usage);
  throw new CommandError(
    `there are no backups${name === undefined ? '' : ` ${name}`} of kind pgvigil (${names}); what another tool made is restored by that tool`,
    EXIT.usage,
  );
}

/** The backup that is meant, brought here where it is somewhere else. Rejects with a `Verdict` where there is none. */
export async function findBackup(
  source: OwnBackups,
  options: {
    readonly database: string;
    readonly backup?: string;
    readonly from: string;
  },
): Promise<Fetched> {
  const { backup: id, database: datname } = options;
  const { server, name, offsite } = source;
  if (options.from === 'local') {
    const candidates = listHere(source, datname);
    requireOneCluster(candidates.filter(isWhole), id);
    return { chosen: chooseBackup(candidates, id), release: async () => {} };
  }
  if (options.from !== 'offsite') throw new CommandError('--from is local or offsite', EXIT.usage);
  if (offsite === undefined) throw new CommandError(`${name} has no \`offsite\` in the config`, EXIT.usage);
  const copies = offsiteCopies(offsite, { server, source: name, datname }, { deadlineMs: FETCH_MS });
  const remotes = await copies.list();
  requireOneCluster(remotes, id);
  return copies.fetch(chooseRemote(remotes, id));
}

/** A disk that is not mounted is not one without backups. */
function listHere({ directory, server }: OwnBackups, datname: string): readonly Candidate[] {
  if (!existsSync(directory)) throw inconclusive('no_backup', `there is no ${directory}: is it mounted?`);
  const candidates = listBackups(directory, { server, datname });
  if (candidates.length > 0) return candidates;
  const others = listDatabases(directory, server).map((name) => `"${name}"`);
  throw inconclusive(
    'no_backup',
    `there is no backup of "${datname}" of ${server} in ${directory}${others.length === 0 ? '' : `, only of ${others.join(', ')}`}`,
  );
}

/** After a loss the newest backup may be of the empty cluster that came after: a person has to say which one is meant. */
function requireOneCluster(
  found: readonly {
    readonly id: string;
    readonly systemIdentifier: string;
    readonly state?: Chosen['state'];
  }[],
  id: string | undefined,
): void {
  const clusters = new Map(found.map((one) => [one.systemIdentifier, one]));
  if (id !== undefined || clusters.size < 2) return;
  const listed = [...clusters.values()].map(({ id: stamp, systemIdentifier, state }) => {
    const rows = state?.tables.reduce((sum, one) => sum + one.rows, 0);
    const holds = state === undefined ? '' : `   ${rows} rows in ${state.tables.length} tables`;
    return `  --backup ${systemIdentifier}/${stamp}${holds}`;
  });
  throw new CommandError(
    `there are backups of several clusters: the server was lost or replaced in between. Say which one; the newest of each:\n${listed.join('\n')}`,
    EXIT.usage,
  );
}

const isWhole = (one: Candidate): one is Chosen => typeof one.state === 'object' && 'tables' in one.state;
