import { hostname, release, uptime } from 'node:os';
import type { HostFacts } from '../../model/disk.ts';

/** What the kernel alone tells about the machine; never asks the network. */
export function readPlainHost(): HostFacts {
  return {
    bootedAt: bootInstant(Date.now(), uptime()),
    hostname: hostname(),
    os: 'Linux',
    kernel: release(),
  };
}

/** Instant of boot, on a whole second. */
export function bootInstant(nowMs: number, uptimeSeconds: number): number {
  return Math.round(nowMs / 1000 - uptimeSeconds) * 1000;
}
