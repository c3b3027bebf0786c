import * as z from 'zod';
import { type Problem, suggest } from '../source/problem.ts';
import { listOf, record, text } from '../values/scalars.ts';
import type { SuiteFormat } from './suite-format.ts';
import { suiteKeys } from './suite-keys.ts';

/** A suite whose tests are rules. */
export interface RuleSuiteSpec<Kind extends string> {
  readonly kind: Kind;
  readonly name: string;
  /** Ids of rules, in order. */
  readonly rules: readonly string[];
  /** Set when the matrix names none: a cell then plans those that its topology allows. */
  readonly fitting?: true;
  /** Only a quick part of each rule. */
  readonly quick?: true;
}

interface RuleSuiteEntry {
  readonly name: string;
  readonly rules?: readonly string[] | undefined;
  readonly quick?: boolean | undefined;
}

/** The format of a suite of rules, which the suite itself offers by their ids. */
export function ruleSuiteFormat<Kind extends 'dax' | 'flush'>(
  kind: Kind,
): SuiteFormat<RuleSuiteEntry, RuleSuiteSpec<Kind>> {
  return {
    schema: record(`a ${kind} suite`, {
      ...suiteKeys(kind),
      rules: listOf(text('the id of a rule'), 'rules')
        .optional()
        .describe(`Rules to test, see \`pmemrig explain ${kind}\`; absent: all that the topology allows.`),
      quick: z
        .boolean({ error: 'expected true or false' })
        .optional()
        .describe('true: only a quick part of each rule, as `pmemrig once` does.'),
    }),
    resolve: ({ name, rules, quick }, { offered }) => ({
      kind,
      name,
      ...(rules ? { rules } : { rules: offered, fitting: true }),
      ...(quick === true && { quick }),
    }),
    check: ({ rules = [] }, { at, offered }) =>
      rules.flatMap((id, index): Problem[] => {
        const path = [...at, 'rules', index];
        if (rules.indexOf(id) !== index)
          return [
            {
              code: 'duplicate-name',
              message: `the rule "${id}" is listed twice`,
              remedy: 'remove one of the two',
              path,
            },
          ];
        return offered.includes(id)
          ? []
          : [
              {
                code: 'unknown-name',
                message: `no rule of ${kind} is named "${id}"`,
                remedy: suggest(id, offered, 'rules'),
                path,
              },
            ];
      }),
  };
}
