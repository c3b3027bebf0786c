import { createHash } from 'node:crypto';
import { GUEST_ARCHITECTURE } from '../../../orchestrator/model/architecture.ts';
import { cleanLine } from '../../text/clean-text.ts';
import { FAILURES } from '../../fold/outcomes.ts';
import type { RunSummary, StageSummary } from '../../fold/summary.ts';
import type { KcidbReport } from './kcidb-schema.ts';

/** The kernels of a run: what each was made from, and what became of it. */
export interface KcidbKernels {
  readonly checkouts: KcidbReport['checkouts'];
  readonly builds: KcidbReport['builds'];
  /** By the kernel's name in the matrix. */
  readonly buildIds: ReadonlyMap<string, string>;
}

/**
 * A build is known again in another run by the digest of what guests boot of it, and a checkout by its commit and
 * patches. A kernel that was not built here, Debian's for one, has a checkout without git: its exact version is the
 * comment.
 */
export function describeKernels({ runId, cells, stages }: RunSummary, origin: string): KcidbKernels {
  const checkouts = new Map<string, KcidbReport['checkouts'][number]>();
  const builds = new Map<string, KcidbReport['builds'][number]>();
  const buildIds = new Map<string, string>();
  for (const kernel of new Set(cells.map((cell) => cell.kernel))) {
    const stage = stages.find((each) => each.stage === `kernel ${kernel}`);
    const detail = cleanLine(stage?.detail ?? '') || kernel;
    const key = stage?.digest ?? shortHash(runId, kernel);
    const checkout = { id: checkoutId(stage, key, origin), origin, ...gitFields(stage), comment: detail, valid: true };
    const build = {
      id: `${origin}:kernel-${key}`,
      origin,
      checkout_id: checkout.id,
      comment: detail,
      architecture: GUEST_ARCHITECTURE.uname,
      ...buildStatus(kernel, stage, cells),
    };
    checkouts.set(checkout.id, checkout);
    builds.set(build.id, build);
    buildIds.set(kernel, build.id);
  }
  return { checkouts: [...checkouts.values()], builds: [...builds.values()], buildIds };
}

/** A hash of any words, for an id. */
export function shortHash(...words: readonly string[]): string {
  return createHash('sha256').update(words.join('\0')).digest('hex').slice(0, 20);
}

function checkoutId(stage: StageSummary | undefined, key: string, origin: string): string {
  const { commit, patchset } = stage?.source ?? {};
  if (commit === undefined) return `${origin}:source-${key}`;
  return `${origin}:${commit}${patchset === undefined || patchset === '' ? '' : `-${patchset}`}`;
}

/** KCIDB names a revision by both together: patches on a source that is in no git say nothing. */
function gitFields(stage: StageSummary | undefined): {
  readonly git_commit_hash?: string;
  readonly patchset_hash?: string;
} {
  const { commit, patchset } = stage?.source ?? {};
  // Git may use longer ids, which KCIDB does not know yet.
  if (commit === undefined || patchset === undefined || !/^[0-9a-f]{40}$/.test(commit)) return {};
  return { git_commit_hash: commit, patchset_hash: patchset };
}

/** One that does not compile fails the boot of its cells; all else that came between is the harness'. */
function buildStatus(
  kernel: string,
  stage: StageSummary | undefined,
  cells: RunSummary['cells'],
): { readonly status: 'PASS' | 'FAIL' | 'MISS'; readonly log_excerpt?: string } {
  if (stage?.status === 'done') return { status: 'PASS' };
  const failed = cells.some(
    (cell) => cell.kernel === kernel && cell.tests.some(({ outcome }) => FAILURES.has(outcome)),
  );
  return {
    status: failed ? 'FAIL' : 'MISS',
    ...(stage?.status === 'failed' && { log_excerpt: cleanLine(stage.detail).slice(0, 4000) }),
  };
}
