import type { Fault } from '../harness/fault.ts';
import { DOCKER_DAEMON } from './daemon.ts';
import { DOCKER_LIARS } from './liars.ts';
import { DOCKER_LOSSES } from './losses.ts';
import { DOCKER_SOCKETS } from './sockets.ts';

/** Docker engines that lose things, freeze, restart or lie. */
export const DOCKER: readonly Fault[] = [
  ...DOCKER_LOSSES,
  ...DOCKER_DAEMON,
  ...DOCKER_SOCKETS,
  ...DOCKER_LIARS,
];
