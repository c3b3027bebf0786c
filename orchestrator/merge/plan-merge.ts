import type { ExcludedCell } from '../model/cell.ts';
import { UserError } from '../model/errors.ts';
import type { PlannedCell } from '../model/event.ts';
import { nameOfPart, type Part } from './survey-part.ts';

/** What the parts amount to as one run. */
export interface MergedPlan {
  /** In the order of the plan; of parts that are no shards in theirs. */
  readonly cells: readonly PlannedCell[];
  readonly excluded: readonly ExcludedCell[];
  /** Cells of shards that are not there, with the reason why nothing is known of them. */
  readonly missing: readonly { readonly cell: string; readonly reason: string }[];
  /** What the reader should know of how they fit. */
  readonly notes: readonly string[];
}

/** A cell of a whole plan, and the shard that has it. */
interface PlacedCell {
  readonly shard: number;
  readonly cell: PlannedCell;
}

/** @throws UserError for parts that are no parts of one run */
export function planMerge(parts: readonly Part[]): MergedPlan {
  requireOneMatrix(parts);
  requireDistinct(parts);
  const sharded = parts.filter(({ start }) => start.shard !== undefined);
  if (sharded.length > 0 && sharded.length < parts.length) {
    const whole = parts.find(({ start }) => start.shard === undefined);
    throw refuse(
      'not-all-shards',
      `${whole?.start.runId} was not run with --shard, and ${sharded[0]?.start.runId} was`,
      'merge shards with shards',
    );
  }
  const placed = sharded.length > 0 ? placeShards(sharded) : [];
  const there = new Set(sharded.map(({ start }) => start.shard?.index));
  const missing = placed
    .filter(({ shard }) => !there.has(shard))
    .map(({ shard, cell }) => ({
      cell: cell.id,
      reason: `shard ${shard}/${sharded[0]?.start.shard?.of} is not among the merged runs`,
    }));
  const excluded = new Map(parts.flatMap(({ start }) => start.excluded.map((cell) => [cell.id, cell] as const)));
  return {
    cells: sharded.length > 0 ? placed.map(({ cell }) => cell) : parts.flatMap(({ start }) => start.cells),
    excluded: [...excluded.values()],
    missing,
    notes: [...new Set(missing.map(({ reason }) => reason)), ...noteDifferences(parts)],
  };
}

function requireOneMatrix(parts: readonly Part[]): void {
  const [first, ...others] = parts;
  const other = others.find(({ start }) => start.matrix !== first?.start.matrix);
  if (other)
    throw refuse(
      'different-matrices',
      `${first?.start.runId} is a run of ${first?.start.matrix}, ${other.start.runId} one of ${other.start.matrix}`,
      'merge runs of one matrix',
    );
}

function requireDistinct(parts: readonly Part[]): void {
  const owners = new Map<string, Part>();
  for (const part of parts) {
    const twin = parts.find(
      (each) => each !== part && (each.start.runId === part.start.runId || each.dir === part.dir),
    );
    if (twin) throw refuse('same-run', `${part.start.runId} is named twice`, 'name each run once');
    for (const { id } of part.start.cells) {
      const owner = owners.get(id);
      if (owner)
        throw refuse(
          'overlapping-runs',
          `both ${owner.start.runId} and ${part.start.runId} have the cell ` +
            `${id}${part.start.shard ? `, as ${nameOfPart(part)} each` : ''}`,
          'each cell must have one result: leave one of them out, or compare them with `pmemrig compare`',
        );
      owners.set(id, part);
    }
  }
}

/** Each shard has the whole plan; all must be the same. */
function placeShards(parts: readonly Part[]): readonly PlacedCell[] {
  const [first, ...others] = parts;
  if (!first) return [];
  const plan = wholePlan(first);
  for (const other of others) {
    const [one, two] = [first.start.shard, other.start.shard];
    if (one?.of !== two?.of || one?.index === two?.index)
      throw refuse(
        'different-shards',
        `${first.start.runId} is ${nameOfPart(first)}, ${other.start.runId} ${nameOfPart(other)}`,
        'merge the shards of one division, each once',
      );
    const [here, there] = [new Set(plan.map(describePlaced)), new Set(wholePlan(other).map(describePlaced))];
    const odd = findOdd(here, there) ?? findOdd(there, here);
    if (odd !== undefined)
      throw refuse(
        'different-plans',
        `${first.start.runId} and ${other.start.runId} are shards of different plans: ` +
          `only one of them has ${odd.split(' ', 1)[0]} as it is there`,
        'run all shards with the same matrix file, filters and version of pmemrig',
      );
  }
  const own = new Map(parts.flatMap(({ start }) => start.cells.map((cell) => [cell.id, cell] as const)));
  return plan.map(({ shard, cell }) => ({ shard, cell: own.get(cell.id) ?? cell }));
}

function findOdd(some: ReadonlySet<string>, others: ReadonlySet<string>): string | undefined {
  return [...some].find((text) => !others.has(text));
}

function wholePlan({ start }: Part): readonly PlacedCell[] {
  const { index = 1, elsewhere = [] } = start.shard ?? {};
  const others = new Map(elsewhere.map(({ at, ...placed }) => [at, placed]));
  const own = start.cells.values();
  return Array.from(
    { length: start.cells.length + elsewhere.length },
    (_, at) => others.get(at) ?? own.next().value,
  ).flatMap((found) => {
    if (found === undefined) return [];
    return 'cell' in found ? [found] : [{ shard: index, cell: found }];
  });
}

/** Without estimates, which a machine refines by what it knows. */
function describePlaced({ shard, cell }: PlacedCell): string {
  return `${cell.id} ${shard} ${cell.tests.map(({ name }) => name).join(' ')}`;
}

function noteDifferences(parts: readonly Part[]): readonly string[] {
  const versions = [...new Set(parts.map(({ start }) => start.version))];
  const flags = new Set(parts.map(({ start }) => `--retries ${start.retries ?? 0} --repeat ${start.repeat ?? 1}`));
  const stages = new Set(parts.flatMap(({ made }) => [...made.keys()]));
  return [
    ...(versions.length > 1 ? [`the parts are of different versions of pmemrig: ${versions.join(', ')}`] : []),
    ...(flags.size > 1 ? [`the parts were run differently: ${[...flags].join(', ')}`] : []),
    ...[...stages].flatMap((stage) => {
      const found = new Map(
        parts.flatMap((part) =>
          part.made.get(stage) ? [[part.made.get(stage)?.digest ?? part.made.get(stage)?.detail, part] as const] : [],
        ),
      );
      return found.size > 1
        ? [
            `${stage} is not the same in all parts: ` +
              [...found.values()].map((part) => `${part.made.get(stage)?.detail} in ${nameOfPart(part)}`).join(', '),
          ]
        : [];
    }),
  ];
}

function refuse(code: string, message: string, remedy: string): UserError {
  return new UserError(message, { code, remedy });
}
