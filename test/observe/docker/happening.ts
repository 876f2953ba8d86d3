import type { DockerEvent } from '../../../src/model/docker.ts';

/** An event for tests. */
export function event(
  type: string,
  action: string,
  id: string,
  changes: Partial<DockerEvent> = {},
): DockerEvent {
  return { at: 1, timeNano: '1', type, action, id, name: undefined, attributes: new Map(), ...changes };
}
