import { BROKEN_DISKS } from './disks-broken.ts';
import { FULL_DISKS } from './disks-full.ts';
import { HUNG_DISKS } from './disks-hung.ts';
import { STATE_DISKS } from './disks-state.ts';
import type { Fault } from './fault.ts';

/** Filesystems that hang, fail, fill up or turn read-only. */
export const DISKS: readonly Fault[] = [...HUNG_DISKS, ...BROKEN_DISKS, ...FULL_DISKS, ...STATE_DISKS];
