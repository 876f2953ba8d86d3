import type { DatabasesConfig } from '../model/config.ts';
import { PROVISIONAL_PREFIX } from '../model/restore-test.ts';

/**
 * Whether the config says that a database of this name is none of our business, or it is one that `pgvigil restore` is
 * about to fill: that gets another name, and would look lost.
 */
export function isIgnored(datname: string, config: DatabasesConfig): boolean {
  if (datname.startsWith(PROVISIONAL_PREFIX)) return true;
  return config.ignore.some((pattern) => pattern.test(datname));
}
