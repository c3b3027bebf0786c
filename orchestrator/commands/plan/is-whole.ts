import type { ShardSpec } from '../../plan/shard.ts';

/** Whether a run is of all that its matrix stands for. */
export function isWhole({
  filter = [],
  test = [],
  shard,
}: {
  readonly filter?: readonly string[];
  readonly test?: readonly string[];
  readonly shard?: ShardSpec;
}): boolean {
  return filter.length === 0 && test.length === 0 && shard === undefined;
}
