import type { Instant } from '../model/time.ts';

/**
 * When initdb made the cluster: the upper 32 bits of the system identifier are the Unix time in seconds
 * (BootStrapXLOG in xlog.c). `undefined` for text that is no 64-bit number.
 */
export function initializedAt(systemIdentifier: string): Instant | undefined {
  if (!/^\d{1,20}$/.test(systemIdentifier)) return undefined;
  return Number(BigInt(systemIdentifier) >> 32n) * 1000;
}
