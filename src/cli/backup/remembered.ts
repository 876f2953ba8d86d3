import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Remembered } from '../../guard/backup/identity.ts';
import { decodeRecord } from '../../guard/ensure/record-codec.ts';
import { askReport } from '../../guard/ensure/report.ts';
import { keepersOf } from '../guard/options.ts';
import type { Io } from '../io.ts';

/** Who is asked which cluster the server was, beside the backups themselves. */
export interface RememberedOptions {
  readonly report?: string;
  readonly record?: string;
}

/**
 * Asks a running pgvigil and a record, where they are named. One that cannot answer is told and stops nothing: a backup
 * more is never a loss.
 */
export async function askRemembered(
  io: Pick<Io, 'env' | 'workingDirectory'>,
  options: RememberedOptions,
  about: { readonly server: string; readonly datname: string; readonly warn: (text: string) => void },
): Promise<readonly Remembered[]> {
  const isNamed = [options.report, options.record, io.env['PGVIGIL_REPORT'], io.env['PGVIGIL_RECORD']].some(
    Boolean,
  );
  if (!isNamed) return [];
  const { report, record } = keepersOf(io, { ...options, server: about.server });
  const found: Remembered[] = [];
  if (record !== undefined) {
    try {
      const { systemIdentifier } = decodeRecord(readFileSync(resolve(io.workingDirectory, record), 'utf8'));
      found.push({ from: `the record ${record}`, systemIdentifier });
    } catch (error) {
      about.warn(`the record ${record} cannot be read: ${(error as Error).message}`);
    }
  }
  if (report !== undefined) {
    const testimony = await askReport(report, about.datname);
    if (testimony.says === 'unknown')
      about.warn(`${testimony.from} could not say which cluster it was: ${testimony.why}`);
    else if (testimony.says === 'remembers' && testimony.systemIdentifier !== undefined)
      found.push({ from: testimony.from, systemIdentifier: testimony.systemIdentifier });
  }
  return found;
}
