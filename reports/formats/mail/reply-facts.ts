import type { PatchSeries } from '../../../orchestrator/model/series.ts';
import type { RunSummary } from '../../fold/summary.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import type { SeriesStep } from '../../verdicts/compare-series.ts';
import type { Untested } from './list-untested.ts';

/** All that a reply to a series is made of. */
export interface ReplyFacts {
  readonly summary: RunSummary;
  /** Compares the kernel with all patches with the base. */
  readonly comparison: Comparison;
  readonly series: PatchSeries;
  readonly steps: readonly SeriesStep[];
  /** What guests are like: `2 CPUs, 2G of memory`. */
  readonly guest: string;
  /** Topologies: `nvdimm: nvdimm 1G (fsdax)`. */
  readonly devices: readonly string[];
  /** What was not tested, durability first. */
  readonly untested: readonly Untested[];
  /** What runs it again, with `FIX.mbox` and trees named without the folders that they lie in. */
  readonly command: string;
}

/** Text without the folders of this host: paths are named by their last part. */
export function withoutFolders(text: string): string {
  return text.replaceAll(/(?<=^|[\s"'`(=,])\/(?:[^\s"'`(),/]+\/)*(?<name>[^\s"'`(),/]+)/g, '$<name>');
}
