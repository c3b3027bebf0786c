import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readLines } from '../../../reports/journal/read-lines.ts';
import type { Accelerator } from '../../model/accelerator.ts';
import { isRigTest, type Plan } from '../../model/cell.ts';
import { JOURNAL_VERSION } from '../../model/event.ts';
import { JOURNAL_FILE } from '../record/journal-writer.ts';
import { median } from '../../../reports/text/median.ts';

/** Seconds that a test usually takes, by cell id and test. */
export type UsualDurations = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Such a guest runs alike on every host, and a cell's guest counts each time or never. */
const COUNTING: Accelerator = 'tcg-icount';
const MAX_RUNS = 20;
/** For all journals together: read in about a second. */
const MAX_BYTES = 64 * 2 ** 20;
/** Folders looked at, since those of runs that never began have no journal. */
const MAX_FOLDERS = 200;

const version = z.int().max(JOURNAL_VERSION);
const guestBoot = z.object({ v: version, type: z.literal('guest-boot'), accelerator: z.string() });
const testEnd = z.object({
  v: version,
  type: z.literal('test-end'),
  cell: z.string(),
  test: z.string(),
  status: z.string(),
  durationMs: z.number(),
  parent: z.string().optional(),
});
const event = z.discriminatedUnion('type', [guestBoot, testEnd]);

/**
 * These are written by `JSON.stringify`, without blanks; all other lines, evidence at length among them, need no
 * parsing.
 */
const READ_EVENTS = ['"type":"guest-boot"', '"type":"test-end"'];

/**
 * The median time of each test's passes over the newest runs below `runsDir`, on the same accelerator. Journals that
 * cannot be read say nothing; the rig's own tests are left out, since a guest that is shared boots in no time. Rejects
 * with nothing.
 */
export async function readUsualDurations(
  runsDir: string,
  { accelerator }: { readonly accelerator: string },
): Promise<UsualDurations> {
  const passes = new Map<string, Map<string, number[]>>();
  let runs = 0;
  let room = MAX_BYTES;
  // Ids begin with the time.
  const folders = (await readdir(runsDir).catch(() => [])).filter((name) => /^\d{8}-\d{6}-/.test(name)).toSorted();
  for (const folder of folders.toReversed().slice(0, MAX_FOLDERS)) {
    const path = join(runsDir, folder, JOURNAL_FILE);
    const bytes = (await stat(path).catch(() => undefined))?.size ?? 0;
    if (bytes === 0 || bytes > room) continue;
    room -= bytes;
    if (await addRun(path, accelerator, passes)) runs += 1;
    if (runs === MAX_RUNS) break;
  }
  return new Map(
    [...passes].map(([cell, tests]) => [
      cell,
      new Map([...tests].map(([test, durationsMs]) => [test, median(durationsMs) / 1000])),
    ]),
  );
}

/** The plan with the tests' usual times, where they are known, in place of their suites' estimates. */
export function refineEstimates(plan: Plan, usual: UsualDurations): Plan {
  return {
    ...plan,
    cells: plan.cells.map((cell) => {
      const known = usual.get(cell.id);
      return known
        ? {
            ...cell,
            tests: cell.tests.map((test) => ({ ...test, estimateSec: known.get(test.name) ?? test.estimateSec })),
          }
        : cell;
    }),
  };
}

/** False for a journal that says nothing. */
async function addRun(path: string, accelerator: string, passes: Map<string, Map<string, number[]>>): Promise<boolean> {
  let booted: string | undefined;
  try {
    for await (const lines of readLines(path)) {
      for (const line of lines) {
        if (!READ_EVENTS.some((words) => line.includes(words))) continue;
        const { success, data } = event.safeParse(parse(line));
        if (!success) continue;
        if (data.type === 'guest-boot') booted = data.accelerator;
        else if (
          (booted === accelerator || booted === COUNTING) &&
          data.status === 'pass' &&
          data.parent === undefined &&
          !isRigTest(data.test)
        )
          add(passes, data);
      }
    }
  } catch {
    // Gone or unreadable by now: what was read counts.
  }
  return booted !== undefined;
}

function add(passes: Map<string, Map<string, number[]>>, { cell, test, durationMs }: z.infer<typeof testEnd>): void {
  const tests = passes.get(cell) ?? new Map<string, number[]>();
  passes.set(cell, tests);
  const durations = tests.get(test) ?? [];
  tests.set(test, durations);
  durations.push(durationMs);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
