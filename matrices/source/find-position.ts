import type { SourcePosition } from '../../orchestrator/model/errors.ts';
import type { ValuePath } from './problem.ts';
import { MAX_BYTES, readBounded } from './read-bounded.ts';
import { parseYaml } from './yaml-source.ts';

/** Where something stands in a matrix file that has been loaded before: its key. Rejects as loading it does. */
export async function findPosition(path: string, at: ValuePath): Promise<SourcePosition> {
  return parseYaml((await readBounded(path, MAX_BYTES)).toString('utf8'), path).keyPositionOf(at);
}

/** As {@link findPosition}, for values: what stands there, or the nearest thing around it. */
export async function findValues(path: string, at: readonly ValuePath[]): Promise<readonly SourcePosition[]> {
  const source = parseYaml((await readBounded(path, MAX_BYTES)).toString('utf8'), path);
  return at.map((each) => source.positionOf(each));
}
