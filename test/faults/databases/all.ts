import type { Fault } from '../harness/fault.ts';
import { BARRED_DATABASES } from './barred.ts';
import { DAMAGED_DATABASES } from './damaged.ts';
import { LOST_DATABASES } from './lost.ts';
import { ODD_DATABASES } from './odd.ts';
import { RESTORED_DATABASES } from './restored.ts';

/** Databases that are gone, damaged or have names like none. */
export const DATABASES: readonly Fault[] = [
  ...LOST_DATABASES,
  ...RESTORED_DATABASES,
  ...DAMAGED_DATABASES,
  ...BARRED_DATABASES,
  ...ODD_DATABASES,
];
