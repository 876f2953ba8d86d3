import type { DatabasesConfig } from '../model/config.ts';

/** Whether the config says that a database of this name is none of our business. */
export function isIgnored(datname: string, config: DatabasesConfig): boolean {
  return config.ignore.some((pattern) => pattern.test(datname));
}
