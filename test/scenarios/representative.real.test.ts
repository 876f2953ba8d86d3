import { REPRESENTATIVE } from './catalogue.ts';
import { defineSuite } from './suite.ts';

defineSuite(
  'losses of every sort are told with their cause; all of them: npm run scenarios',
  REPRESENTATIVE,
  'scenarios-representative.json',
);
