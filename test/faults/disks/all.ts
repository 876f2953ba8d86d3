import type { Fault } from '../harness/fault.ts';
import { BROKEN_DISKS } from './broken.ts';
import { FULL_DISKS } from './full.ts';
import { HUNG_DISKS } from './hung.ts';
import { STATE_DISKS } from './state.ts';

/** Filesystems that hang, fail, fill up or turn read-only. */
export const DISKS: readonly Fault[] = [...HUNG_DISKS, ...BROKEN_DISKS, ...FULL_DISKS, ...STATE_DISKS];
