/**
 * What a test may take beyond its usual time before it counts as hung: on a shared host tests were seen to vary by two.
 */
const USUAL_TIMES = 5;
/** Those of the group quick end within seconds, some of the others run for minutes. */
const QUICK_SEC = 180;
const OTHER_SEC = 900;

/**
 * Seconds, unscaled, after which a test hangs: what the matrix says; else by its usual time, with a floor; else by its
 * groups.
 */
export function deadlineSec({
  spec,
  usualSec,
  isQuick,
}: {
  readonly spec: { readonly timeoutSec?: number };
  readonly usualSec: number | undefined;
  readonly isQuick: boolean;
}): number {
  if (spec.timeoutSec !== undefined) return spec.timeoutSec;
  if (usualSec !== undefined) return Math.max(QUICK_SEC, USUAL_TIMES * usualSec);
  return isQuick ? QUICK_SEC : OTHER_SEC;
}
