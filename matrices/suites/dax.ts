import { ruleSuiteFormat } from './rule-suite.ts';

export const daxFormat = ruleSuiteFormat('dax');
