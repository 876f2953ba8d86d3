import type { Fault } from '../harness/fault.ts';
import { IMPOSTORS } from './impostors.ts';
import { NAMES } from './names.ts';
import { PACKETS } from './packets.ts';
import { PROXIES } from './proxies.ts';
import { TLS } from './tls.ts';

/** Servers that cannot be reached, and connections that lead nowhere. */
export const NETWORK: readonly Fault[] = [...PACKETS, ...IMPOSTORS, ...TLS, ...NAMES, ...PROXIES];
