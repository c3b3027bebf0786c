import { ruleSuiteFormat } from './rule-suite.ts';

export const flushFormat = ruleSuiteFormat('flush');
