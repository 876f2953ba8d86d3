import { osInfo, time } from 'systeminformation';
import type { HostFacts } from '../../model/disk.ts';
import { bootInstant } from './plain-host.ts';

/** The machine as systeminformation describes it. Starts programs and may hang: for a disposable process. */
export async function readHost(): Promise<HostFacts> {
  const { current, uptime } = time();
  const { distro, release, hostname, kernel } = await osInfo();
  return {
    bootedAt: bootInstant(current, Number(uptime)),
    hostname,
    os: [distro, release].filter((part) => part !== 'unknown').join(' ') || 'Linux',
    kernel,
  };
}
