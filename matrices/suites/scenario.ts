import type * as z from 'zod';
import { duration, record, refuse, words } from '../values/scalars.ts';
import type { SuiteFormat } from './suite-format.ts';
import { suiteKeys } from './suite-keys.ts';

export interface ScenarioSuiteSpec {
  readonly kind: 'scenario';
  readonly name: string;
  /** Absolute path of the scenario. */
  readonly file: string;
  readonly args: readonly string[];
  readonly timeoutSec: number;
}

/** By this ending a command is known as a scenario. */
export const SCENARIO_ENDING = '.scenario.mjs';

const schema = record('a scenario suite', {
  ...suiteKeys('scenario'),
  run: words('a scenario and its arguments').describe(
    'File *.scenario.mjs of the host, and arguments. It runs on the host, with your rights.',
  ),
  timeout: duration('a timeout', { min: 1, max: 24 * 3600 })
    .prefault('300s')
    .describe('When the scenario counts as hung: 300s.'),
}).superRefine(({ run }, context) => {
  if (run[0]?.endsWith(SCENARIO_ENDING) !== true)
    refuse(context, run, `expected a file whose name ends in ${SCENARIO_ENDING}`, ['run']);
});

export const scenarioFormat: SuiteFormat<z.output<typeof schema>, ScenarioSuiteSpec> = {
  schema,
  resolve({ name, run: [file = '', ...args], timeout: timeoutSec }, { at, toPath }) {
    return { kind: 'scenario', name, file: toPath(file, 'file', [...at, 'run']), args, timeoutSec };
  },
};
