import { ALL } from './catalogue.ts';
import { defineSuite } from './suite.ts';

defineSuite('every loss is told with its cause, and routine work wakes nobody', ALL, 'scenarios.json');
