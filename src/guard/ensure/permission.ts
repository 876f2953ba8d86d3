import type { Instant } from '../../model/time.ts';
import { type IdentityRecord, usedAt } from './record.ts';

/** A person's word that one database may be made although something may be lost. */
export type Permission =
  | { readonly given: false; readonly why: string | undefined }
  | { readonly given: true; readonly by: 'file' | 'variable'; readonly word: string };

/** Which database is asked for, where. */
interface Creation {
  readonly systemIdentifier: string;
  readonly datname: string;
}

/**
 * Whether there is a permission for this creation. A word is the name of the database or the system identifier of the
 * server that it may be made on. The one in the environment stays there, so it counts once, by the record; without a
 * record it never counts.
 */
export function judgePermission(
  { file, variable }: { readonly file: string | undefined; readonly variable: string | undefined },
  creation: Creation,
  record: IdentityRecord | undefined,
): Permission {
  if (file !== undefined && permits(file, creation)) return { given: true, by: 'file', word: file };
  if (variable === undefined || variable === '') {
    const why = file === undefined ? undefined : `the file of permission names neither ${either(creation)}`;
    return { given: false, why };
  }
  if (!permits(variable, creation))
    return { given: false, why: `PGVIGIL_ALLOW_CREATE names neither ${either(creation)}` };
  if (record === undefined)
    return { given: false, why: 'PGVIGIL_ALLOW_CREATE has no effect without a record of what was used up' };
  const used = usedAt(record, variable);
  if (used !== undefined)
    return {
      given: false,
      why: `PGVIGIL_ALLOW_CREATE counts once, and was used up at ${isoOf(used)}`,
    };
  return { given: true, by: 'variable', word: variable };
}

const permits = (word: string, { systemIdentifier, datname }: Creation): boolean =>
  word === datname || word === systemIdentifier;
const either = ({ systemIdentifier, datname }: Creation): string =>
  `the database "${datname}" nor the system identifier ${systemIdentifier}`;
const isoOf = (at: Instant): string => new Date(at).toISOString();
