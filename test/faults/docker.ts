import { DOCKER_DAEMON } from './docker-daemon.ts';
import { DOCKER_LIARS } from './docker-liars.ts';
import { DOCKER_LOSSES } from './docker-losses.ts';
import { DOCKER_SOCKETS } from './docker-sockets.ts';
import type { Fault } from './fault.ts';

/** Docker engines that lose things, freeze, restart or lie. */
export const DOCKER: readonly Fault[] = [
  ...DOCKER_LOSSES,
  ...DOCKER_DAEMON,
  ...DOCKER_SOCKETS,
  ...DOCKER_LIARS,
];
