import type { Evidence } from '../../model/evidence.ts';
import type { DatabaseMemory } from '../../model/history.ts';
import type { Symptom } from '../../model/incident.ts';
import type { Case } from '../case.ts';

/** A database with a symptom, what is remembered of it, and the cluster being the very same as before. */
export interface LostDatabase {
  readonly symptom: Symptom;
  readonly datname: string;
  readonly memory: DatabaseMemory;
}

/** The databases of a server whose own identity is verified and unchanged, with one of these symptoms. */
export function lostDatabases(facts: Case, kind: Symptom['kind']): readonly LostDatabase[] {
  const { memory, verified, symptoms } = facts;
  if (
    !verified.catalogVerified ||
    verified.systemIdentifier === undefined ||
    memory.pin?.systemIdentifier !== verified.systemIdentifier
  )
    return [];
  return symptoms.flatMap((symptom) => {
    const database = symptom.datname === undefined ? undefined : memory.databases.get(symptom.datname);
    return symptom.kind === kind && symptom.datname !== undefined && database
      ? [{ symptom, datname: symptom.datname, memory: database }]
      : [];
  });
}

/** Name under which the database with this oid is listed now. */
export function nameOfOid({ verified }: Case, oid: number): string | undefined {
  for (const [datname, database] of verified.databases) if (database.oid === oid) return datname;
  return undefined;
}

/** Sessions whose last statement dropped this database. */
export function dropEvidence(facts: Case, datname: string): readonly Evidence[] {
  const from = facts.wellAt ?? Number.NEGATIVE_INFINITY;
  return facts.view.dropSessions
    .filter((session) => session.datname === datname && session.at >= from - 15_000)
    .map(({ at, user, clientAddress, application }) => ({
      kind: 'drop_session',
      at,
      source: 'postgres_activity',
      facts: {
        datname,
        user,
        application,
        ...(clientAddress !== undefined && { client_address: clientAddress }),
      },
    }));
}
