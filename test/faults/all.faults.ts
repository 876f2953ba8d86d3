import { ALL } from './catalogue.ts';
import { defineSuite } from './harness/suite.ts';

defineSuite('every fault is seen, survived, and over when it is over', ALL, 'faults.json');
