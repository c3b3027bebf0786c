import * as z from 'zod';
import { CANARIES, type CanaryName } from '../../orchestrator/model/canary.ts';
import { listOf, record } from '../values/scalars.ts';
import type { SuiteFormat } from './suite-format.ts';
import { suiteKeys } from './suite-keys.ts';

export interface SelftestSuiteSpec {
  readonly kind: 'selftest';
  readonly name: string;
  /** What is planted, in this order. */
  readonly canaries: readonly CanaryName[];
}

const schema = record('a selftest suite', {
  ...suiteKeys('selftest'),
  canaries: listOf(z.enum(CANARIES, { error: 'expected the name of a canary' }), 'canaries')
    .default([...CANARIES])
    .describe('The kernel problems that are planted; absent: all.'),
});

export const selftestFormat: SuiteFormat<z.output<typeof schema>, SelftestSuiteSpec> = {
  schema,
  resolve: ({ name, canaries }) => ({ kind: 'selftest', name, canaries: [...new Set(canaries)] }),
};
