import { BARRED_DATABASES } from './databases-barred.ts';
import { DAMAGED_DATABASES } from './databases-damaged.ts';
import { LOST_DATABASES } from './databases-lost.ts';
import { ODD_DATABASES } from './databases-odd.ts';
import { RESTORED_DATABASES } from './databases-restored.ts';
import type { Fault } from './fault.ts';

/** Databases that are gone, damaged or have names like none. */
export const DATABASES: readonly Fault[] = [
  ...LOST_DATABASES,
  ...RESTORED_DATABASES,
  ...DAMAGED_DATABASES,
  ...BARRED_DATABASES,
  ...ODD_DATABASES,
];
