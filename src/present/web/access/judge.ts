import { createHmac, randomBytes } from 'node:crypto';
import type { Secret } from '../../../model/secret.ts';
import { readCredentials } from './credentials.ts';
import { BusyError, type Hasher } from './hasher.ts';

export type Verdict = 'allowed' | 'denied' | 'busy';

/** Says whether a client may read. */
export type Judge = (authorization: string | undefined, client: string) => Promise<Verdict>;

/** Remembered, of each kind. A scrape comes every few seconds with the same words. */
const MAX_REMEMBERED = 100;

/**
 * A judge of these users. A name that does not exist takes as long as one that does, for its password is compared
 * with a hash of nothing. What was judged once is remembered under a key that only this process has; refusals
 * apart from the rest, so that guessing drives nobody out.
 */
export function createJudge(users: ReadonlyMap<string, Secret>, compare: Hasher['compare']): Judge {
  const key = randomBytes(32);
  const nobody = hashOfNothing([...users.values()]);
  const remembered = { allowed: new Set<string>(), denied: new Set<string>() };
  const underWay = new Map<string, Promise<Verdict>>();

  async function ask(id: string, password: string, hash: string, isKnown: boolean, client: string) {
    try {
      // Compared first: what follows must not depend on whether the name exists.
      const same = await compare(password, hash, client);
      const verdict = same && isKnown ? 'allowed' : 'denied';
      keep(remembered[verdict], id);
      return verdict;
    } catch (error) {
      if (error instanceof BusyError) return 'busy';
      throw error;
    } finally {
      underWay.delete(id);
    }
  }

  return async (authorization, client) => {
    const given = readCredentials(authorization);
    if (given === undefined) return 'denied';
    const known = users.get(given.user)?.reveal();
    const hash = known ?? nobody;
    // As JSON, so that no two triples give the same text.
    const text = JSON.stringify([given.user, hash, given.password]);
    const id = createHmac('sha256', key).update(text).digest('base64');
    if (remembered.allowed.has(id)) return 'allowed';
    if (remembered.denied.has(id)) return 'denied';
    const asked = underWay.get(id) ?? ask(id, given.password, hash, known !== undefined, client);
    underWay.set(id, asked);
    return asked;
  };
}

function keep(ids: Set<string>, id: string): void {
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > MAX_REMEMBERED && oldest !== undefined) ids.delete(oldest);
}

/** As costly as the costliest of the users; no password has it. */
function hashOfNothing(hashes: readonly Secret[]): string {
  const cost =
    hashes
      .map((hash) => hash.reveal().slice(4, 6))
      .sort()
      .at(-1) ?? '10';
  return `$2b$${cost}$QUqUCaMDIETZ9rv8hOFVcuuYk1QHqtgUP1mD9BJqhLvDYrWwKYzq2`;
}
