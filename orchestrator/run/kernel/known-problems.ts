import picomatch from 'picomatch';
import type { JudgedProblem, KnownProblem } from '../../model/known-problem.ts';
import { listNames, type KernelProblem } from '../../model/problem.ts';
import { isInRange } from '../../model/kernel-range.ts';
import { present } from '../../model/present.ts';

/**
 * Looks a problem up in the list of known ones: the first entry that fits and has not expired wins.
 * @param today `YYYY-MM-DD`, UTC; an entry still counts on its last day
 */
export function judgeProblem(
  problem: KernelProblem,
  known: readonly KnownProblem[],
  kernelRelease: string,
  today: string,
): JudgedProblem {
  const fitting = known.filter((entry) => fits(entry, problem, kernelRelease));
  const current = fitting.find(({ expires }) => expires === undefined || today <= expires);
  if (current) return { problem, known: { reason: current.reason, ...present({ link: current.link }) } };
  const [past] = fitting;
  return past ? { problem, expired: `${past.reason} (known until ${past.expires})` } : { problem };
}

/**
 * Whether an entry is about this problem, expired or not. One that was written for a former version of the rig has that
 * one's signature.
 */
export function fits(
  { signature, title, kernels }: KnownProblem,
  problem: Pick<KernelProblem, 'signature' | 'aliases' | 'title'>,
  kernelRelease: string,
): boolean {
  if (kernels !== undefined && !isInRange(kernelRelease, kernels)) return false;
  return listNames(problem).some((name) => matches(signature, name)) && matches(title, problem.title);
}

/** Titles hold slashes and brackets of their own: only `*` and `?` are special. */
function matches(glob: string | undefined, text: string): boolean {
  if (glob === undefined) return true;
  const escaped = glob.replaceAll(/[()[\]{}!+@|^$\\]/g, String.raw`\$&`);
  return picomatch.isMatch(text.replaceAll('/', '∕'), escaped.replaceAll('/', '∕'), { dot: true, nonegate: true });
}
