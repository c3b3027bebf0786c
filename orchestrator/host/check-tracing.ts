import type { Check } from './check.ts';

/** Runs that inject no fault work without it. `refusal`: see `Findings.tracingRefusal`. */
export function checkTracing(refusal: string | null | undefined): readonly Check[] {
  if (refusal === undefined) return [];
  const name = "faults of the host's flush";
  return refusal === null
    ? [{ name, status: 'ok', detail: 'strace may attach to QEMU' }]
    : [{ name, status: 'warn', detail: `${refusal} Tests that need faults are skipped.` }];
}
