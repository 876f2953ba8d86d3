import { readFileSync } from 'node:fs';

/** ESTABLISHED, and CLOSE_WAIT: the other side has closed its end (proc_net_tcp, kernel docs). */
const HELD = ['01', '08'];

/** How many TCP connections to this port of 127.0.0.1 are held on this machine by those who made them. */
export function connectionsTo(port: number): number {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , address, state = '']) => address === remote && HELD.includes(state)).length;
}
