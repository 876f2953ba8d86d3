import { REPRESENTATIVE } from './catalogue.ts';
import { defineSuite } from './harness/suite.ts';

defineSuite(
  'faults of every sort are seen and survived; all of them: npm run faults',
  REPRESENTATIVE,
  'faults-representative.json',
);
