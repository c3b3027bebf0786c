import { BOOT_TEST, isRigTest } from '../../../orchestrator/model/cell.ts';
import { cleanLine, cleanText } from '../../text/clean-text.ts';
import type { AttemptSummary, CellSummary, RunSummary, TestSummary } from '../../fold/summary.ts';
import { shorten } from '../../text/text-budget.ts';
import { type KcidbTest, MAX_EXCERPT } from './kcidb-schema.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** Where and as what the results are reported. */
export interface KcidbOptions {
  /** The CI system that submits them, as KernelCI knows it. */
  readonly origin: string;
  /** Where the run's folder is published; without it there are no links, for KCIDB wants absolute ones. */
  readonly url?: string;
}

/**
 * An entry for each attempt, since KCIDB counts test runs: a flaky test reports both its failure and its pass. A test
 * without an attempt has one entry.
 *
 * | status | KCIDB: the test … | ours |
 * |---|---|---|
 * | PASS | found the tested code correct | pass |
 * | FAIL | found it faulty | fail, crash, hang; a failure that a list knows, with the issue that it is |
 * | MISS | did not run for a failure of the harness | infra, unreached |
 * | SKIP | was not applicable | skip, excluded |
 *
 * ERROR is a failure of the test's own code, of which the rig does not know.
 */
export function describeTest(
  test: TestSummary,
  cell: CellSummary,
  { runId, host }: RunSummary,
  buildId: string,
  options: KcidbOptions,
): readonly KcidbTest[] {
  const { origin } = options;
  const about = {
    origin,
    build_id: buildId,
    path: toPath(test.name),
    environment: {
      comment: `${cell.pmem}, ${cell.filesystem} in QEMU`,
      misc: { pmem: cell.pmem, filesystem: cell.filesystem, image: cell.image, kernel: cell.kernel, host },
    },
  };
  const stem = `${origin}:${runId}/${cell.id}/${test.name}`.replaceAll('\0', '');
  const comment = (message: string | undefined): string =>
    shorten(cleanLine(`${test.name} in ${cell.id}${message === undefined ? '' : `: ${message}`}`));
  if (test.attempts.length === 0)
    return [
      {
        ...about,
        id: stem,
        status: 'MISS',
        comment: comment(test.message),
        duration: 0,
        misc: { outcome: test.outcome },
      },
    ];
  return test.attempts.map((attempt) => ({
    ...about,
    ...attemptFields(attempt, options),
    id: `${stem}/${attempt.attempt}`,
    status: toStatus(attempt),
    comment: comment(attempt.message),
  }));
}

/** The id of the attempt that a problem of the test belongs to: the last that did not pass. */
export function problemTestId(test: TestSummary, tests: readonly KcidbTest[]): string | undefined {
  const index = test.attempts.findLastIndex(({ status }) => status !== 'pass');
  return tests.at(index === -1 ? -1 : index)?.id;
}

function attemptFields(
  attempt: AttemptSummary,
  { url }: KcidbOptions,
): Pick<KcidbTest, 'duration' | 'start_time' | 'log_excerpt' | 'log_url' | 'output_files' | 'misc'> {
  const { status, startedAt, durationMs, evidence, console: consoleLog, artifacts, metrics } = attempt;
  const base = url?.replace(/\/*$/, '/');
  const link = (file: string): string => new URL(file.split('/').map(encodeURIComponent).join('/'), base).href;
  return {
    duration: Math.round(durationMs) / 1000,
    ...present({ start_time: startedAt }),
    ...(evidence !== undefined && { log_excerpt: cutMiddle(cleanText(evidence)) }),
    ...(base !== undefined && consoleLog !== undefined && { log_url: link(cleanLine(consoleLog)) }),
    ...(base !== undefined &&
      artifacts.length > 0 && {
        output_files: artifacts
          .map(cleanLine)
          .map((file) => ({ name: file.split('/').at(-1) || 'file', url: link(file) })),
      }),
    misc: { outcome: status, ...(metrics.length > 0 && { metrics }) },
  };
}

function toStatus({ status, forgiven }: Pick<AttemptSummary, 'status' | 'forgiven'>): KcidbTest['status'] {
  switch (status) {
    case 'pass':
      return 'PASS';
    case 'fail':
    case 'crash':
    case 'hang':
      return 'FAIL';
    case 'infra':
      return 'MISS';
    case 'skip':
      return forgiven ? 'FAIL' : 'SKIP';
    case 'excluded':
      return 'SKIP';
    default:
      return status satisfies never;
  }
}

/**
 * `xfstests.generic.413`; a boot is what KernelCI's dashboards count as such. Only letters, digits, `_` and `-` are
 * allowed between the dots.
 */
function toPath(name: string): string {
  if (name === BOOT_TEST) return 'boot';
  const parts = (isRigTest(name) ? `pmemrig/${name}` : name)
    .split('/')
    .map((part) => part.replaceAll(/[^a-zA-Z0-9_-]/g, '_'));
  return parts.filter((part) => part !== '').join('.');
}

/** A kernel's report says most in its first lines, a script in its last. */
function cutMiddle(text: string): string {
  if (text.length <= MAX_EXCERPT) return text;
  const points = Array.from(text);
  const half = MAX_EXCERPT / 2 - 10;
  return points.length <= MAX_EXCERPT
    ? text
    : `${points.slice(0, half).join('')}\n[…]\n${points.slice(-half).join('')}`;
}
