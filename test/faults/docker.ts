import type { Fault } from './fault.ts';

/** Docker engines that lose things, freeze, restart or lie. */
export const DOCKER: readonly Fault[] = [];
