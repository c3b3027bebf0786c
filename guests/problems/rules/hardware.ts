import type { ProblemRule } from '../problem-rule.ts';

/** Bit 61 of a bank's status: what was not corrected. */
const UNCORRECTED = String.raw`[2367abef][\da-f]{15}\b`;

function hardware(start: RegExp, words: readonly string[]): ProblemRule {
  return { kind: 'machine-check', start, words, shape: 'block', signature: 'title', shared: true, since: '0.2' };
}

/** Errors of the machine that it did not correct: no defect of the kernel, but nothing that ran on it counts. */
export const HARDWARE_RULES: readonly ProblemRule[] = [
  hardware(
    new RegExp(
      String.raw`^(?:mce: )?(?:\[Hardware Error\]: )?CPU \d+: Machine Check(?: Exception)?: +[\da-f]+ Bank \d+: ${UNCORRECTED}`,
    ),
    ['Machine Check'],
  ),
  hardware(/^mce: (?:\[Hardware Error\]: )?Uncorrected hardware (?:memory )?error/, ['Uncorrected hardware']),
  hardware(/^\[Hardware Error\]: (?:Uncorrected|Deferred|System Fatal) error/, ['[Hardware Error]: ']),
  hardware(/^\{\d+\}\[Hardware Error\]: event severity: (?:recoverable|fatal)/, ['[Hardware Error]: ']),
  // powerpc.
  hardware(/^MCE: CPU\d+: machine check \((?:Severe|Fatal)\)/, ['machine check (']),
];
