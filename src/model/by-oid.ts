import { perObject } from './per-object.ts';

interface WithOid {
  readonly oid: number;
}

const NONE: readonly WithOid[] = [];

const indexOf = perObject((list: readonly WithOid[]): ReadonlyMap<number, WithOid> => {
  const index = new Map<number, WithOid>();
  for (const item of list) index.set(item.oid, item);
  return index;
});

/** A list by oid, of those with the same one the last; the same map for the same list, which must not change. */
export function byOid<T extends WithOid>(list: readonly T[] | undefined): ReadonlyMap<number, T> {
  return indexOf(list ?? NONE) as ReadonlyMap<number, T>;
}
