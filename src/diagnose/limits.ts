/** Keeps at most `limit` items, and every protected one whatever the limit; order is kept. */
export function withinLimit<T>(
  items: readonly T[],
  limit: number,
  isProtected: (item: T) => boolean,
): { readonly kept: readonly T[]; readonly dropped: number } {
  if (items.length <= limit) return { kept: items, dropped: 0 };
  let free = Math.max(0, limit - items.filter(isProtected).length);
  const kept = items.filter((item) => isProtected(item) || free-- > 0);
  return { kept, dropped: items.length - kept.length };
}
