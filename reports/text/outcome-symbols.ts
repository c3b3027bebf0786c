import type { Outcome } from '../../orchestrator/model/outcome.ts';

/** Beside the word or the colour, so that neither is the only sign. */
export const MARKS: Readonly<Record<Outcome, string>> = {
  pass: '✓',
  fail: '✗',
  crash: '✗',
  hang: '✗',
  infra: '!',
  flaky: '≈',
  skip: '-',
  excluded: '-',
  unreached: '?',
};
