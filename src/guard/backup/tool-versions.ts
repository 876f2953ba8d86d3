import type { PostgresTools } from '../postgres-tools.ts';

/** First minor of each major without CVE-2026-116314: a crafted archive runs code as whoever restores it. */
const FIXED: Readonly<Record<number, number>> = { 14: 25, 15: 20, 16: 16, 17: 12, 18: 7 };

/** Says when programs of PostgreSQL are so old that a crafted archive is dangerous to them. */
export function warnOfOldTools({ major, version }: PostgresTools, warn: (text: string) => void): void {
  const fixed = FIXED[major];
  const minor = Number(/^\d+\.(\d+)/.exec(version)?.[1]);
  if (fixed !== undefined && minor < fixed)
    warn(
      `pg_restore ${version} runs code that a crafted archive holds (CVE-2026-116314): update it to ${major}.${fixed}`,
    );
}
