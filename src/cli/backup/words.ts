import { basename } from 'node:path';
import { BACKUP_EXIT } from '../../guard/backup/failure.ts';
import type { ItemOutcome, RunOutcome } from '../../guard/backup/outcome.ts';
import type { Progress } from '../../guard/backup/step.ts';
import { printable } from '../table.ts';

export const BACKUP_EXIT_CODES = `
Exit codes: 0 everything was done; 1 failed; 2 problems in the config; 3 wrong usage;
10 another cluster than the config allows, or replaced meanwhile; 11 another run is under way; 12 no space;
13 pg_dump is missing or older than the server; 14 the server or a database cannot be reached; 15 the dump failed;
16 the dump cannot be read back; 17 the destination cannot be used; 18 it could not be copied somewhere else (the one
here is good); 19 it is good, and older ones are held back for it may show a loss; 128 and the signal that ended it.`;

const NAMES: Readonly<Record<ItemOutcome['what'], string>> = {
  database: 'database',
  globals: 'roles and tablespaces',
  physical: 'copy of the server',
  run: 'backup',
};

/** One line on one backup: for standard output where it is good, else for standard error. */
export function itemText(item: ItemOutcome): string {
  const { what, datname, exit, message, published, phasesMs, pruned } = item;
  const name = datname === undefined ? NAMES[what] : `"${printable(datname)}"`;
  const tookMs = Object.values(phasesMs).reduce((sum, ms) => sum + ms, 0);
  const made =
    published === undefined
      ? ''
      : `: ${bytesText(published.bytes)} in ${(tookMs / 1000).toFixed(1)} s, ${published.directory}/${basename(published.names.data)}`;
  const removed = pruned > 0 ? `; ${pruned} older deleted` : '';
  const good = `${name}${made}${item.offsite ? ', and somewhere else' : ''}${removed}`;
  return exit === BACKUP_EXIT.ok
    ? good
    : `${published === undefined ? name : good}: ${printable(message ?? '')}`;
}

/** Where a run is, for a terminal. */
export function progressText({ datname, phase, elapsedMs, bytes }: Progress): string {
  const name = datname === undefined ? 'server' : printable(datname);
  const size = bytes === undefined ? '' : `, ${bytesText(bytes)}`;
  return `${name}: ${phase}, ${Math.round(elapsedMs / 1000)} s${size}`;
}

/** The same for programs; nothing in it is secret. */
export function outcomeJson({ runId, source, server, exit, items }: RunOutcome): object {
  return {
    runId,
    source,
    server,
    exitCode: exit,
    items: items.map(({ what, datname, exit: exitCode, published, ...rest }) => ({
      what,
      datname,
      exitCode,
      result: rest.result,
      message: rest.message,
      path: published && `${published.directory}/${published.names.data}`,
      bytes: published?.bytes,
      phasesMs: rest.phasesMs,
      offsite: rest.offsite,
      held: rest.held,
      pruned: rest.pruned,
    })),
  };
}

function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
