import { DOCKER_LIARS } from './docker-liars.ts';
import { DOCKER_SOCKETS } from './docker-sockets.ts';
import type { Fault } from './fault.ts';

/** Docker engines that lose things, freeze, restart or lie. */
export const DOCKER: readonly Fault[] = [...DOCKER_SOCKETS, ...DOCKER_LIARS];
