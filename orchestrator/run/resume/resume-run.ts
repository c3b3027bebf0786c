import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJournal } from '../../../reports/journal/read-journal.ts';
import { type Cell, type CellId, type Plan, type PlannedTest, suiteTests } from '../../model/cell.ts';
import { UserError } from '../../model/errors.ts';
import type { JournalEvent, PlannedCell } from '../../model/event.ts';
import type { Matrix } from '../../model/matrix.ts';
import type { CellStart, PendingTest } from '../../model/executor.ts';
import { suiteFor } from '../../suites/registry.ts';
import { startCell } from '../queue/cell-queue.ts';
import { PastRun, planRemaining, planRound, type RunStart } from './past-run.ts';
import { RUN_FILE } from '../record/run-folder.ts';
import { parsePurpose, type RunPurpose } from '../record/run-purpose.ts';
import { present } from '../../model/present.ts';

/** A run that is to go on where its controller left it. */
export interface ResumedRun {
  readonly start: RunStart;
  readonly matrix: Matrix;
  /** The cells that have not ended. */
  readonly plan: Plan;
  readonly past: PastRun;
  /** Number of the last guest that was begun. */
  readonly lastGuest: number;
  /** What is to be said of a torn last line. */
  readonly torn?: string;
  readonly purpose?: RunPurpose;
}

/** Before it the journal did not say how often a test is tried. */
const FIRST_VERSION = 3;

const runFile = z.object({
  matrix: z.looseObject({ name: z.string(), kernels: z.array(z.looseObject({ name: z.string() })) }),
  purpose: z.unknown().optional(),
});

/**
 * Reads what a run was to do and what it has done; `onEvent` gets each event of its journal.
 * @throws UserError when there is no such run, when it has ended, or when another pmemrig made it
 */
export async function readResumedRun(runDir: string, onEvent: (event: JournalEvent) => void): Promise<ResumedRun> {
  const past = new PastRun();
  let events = 0;
  let torn: string | undefined;
  for await (const event of readJournal(runDir)) {
    past.apply(event);
    onEvent(event);
    events += 1;
    torn = event.type === 'note' && event.text.startsWith('events.jsonl:') ? event.text : undefined;
  }
  const { start } = past;
  if (!start || past.version < FIRST_VERSION) {
    throw new UserError(
      `an older pmemrig made this run: its journal has version ${past.version}, ` +
        `and runs can be resumed from version ${FIRST_VERSION} on`,
      { code: 'old-journal', remedy: 'start it again', position: { file: runDir } },
    );
  }
  if (past.finished) {
    throw new UserError(`the run has finished: its journal ends so after ${events} events`, {
      code: 'run-finished',
      remedy: 'start a new one; the reports name the command for what failed',
      position: { file: runDir },
    });
  }
  const { matrix, purpose: said } = await readRunFile(runDir);
  const purpose = said === undefined ? undefined : readPurpose(said, runDir);
  const cells = start.cells
    .filter(({ id }) => (past.cells.get(id)?.roundsEnded ?? 0) < (start.repeat ?? 1))
    .map((cell) => restoreCell(cell, matrix, runDir));
  return {
    start,
    matrix,
    past,
    plan: { cells, excluded: start.excluded },
    lastGuest: await findLastGuest(runDir),
    ...present({ torn, purpose }),
  };
}

/** Where a round of a cell goes on; see {@link startCell} for `round` and `guests`. */
export function startCellAgain(
  cell: Cell,
  past: PastRun,
  { retries, repeat }: { readonly retries: number; readonly repeat: number },
  round: number,
  guests: number,
): CellStart {
  const known = past.cells.get(cell.id);
  if (!known) return startCell(cell, round, guests);
  const plan = (test: PlannedTest, attempts: Parameters<typeof planRound>[1]): PendingTest | undefined =>
    repeat > 1 ? planRound(test, attempts, round) : planRemaining(test, attempts, retries);
  return { pending: suiteTests(cell).flatMap((test) => plan(test, known.attempts.get(test.name) ?? []) ?? []), guests };
}

/** `cell test#attempt` of all that was running when the controller ended. */
export function listCutOff({ cells }: PastRun): readonly string[] {
  return [...cells].flatMap(([id, { attempts }]) =>
    [...attempts].flatMap(([test, tries]) =>
      tries.flatMap(({ attempt, status }) => (status === undefined ? [`${id} ${test}#${attempt}`] : [])),
    ),
  );
}

/**
 * QEMU died with the controller, yet its disks and pmem files were not removed: they may be as large as what they stand
 * for.
 */
export async function removeLeftovers(runDir: string): Promise<void> {
  const guests = join(runDir, 'guests');
  for (const guest of await readdir(guests).catch(() => [])) {
    const files = await readdir(join(guests, guest)).catch(() => []);
    for (const file of files) if (isLeftover(file)) await rm(join(guests, guest, file), { force: true });
  }
}

/** What only QEMU needs, by its name in a guest's folder. */
export function isLeftover(file: string): boolean {
  return /\.img$|^initrd\.cpio$/.test(file);
}

/** The matrix as a run resolved it. @throws UserError when the run does not say */
export async function readRunMatrix(runDir: string): Promise<Matrix> {
  return (await readRunFile(runDir)).matrix;
}

async function readRunFile(runDir: string): Promise<{ readonly matrix: Matrix; readonly purpose: unknown }> {
  const path = join(runDir, RUN_FILE);
  const text = await readFile(path, 'utf8').catch(() => '');
  const { success, data } = runFile.safeParse(parse(text));
  if (!success)
    throw new UserError('the run does not say what its matrix was', {
      code: 'no-run-file',
      remedy: 'start it again',
      position: { file: path },
    });
  // The journal, whose version is known, is of the same pmemrig as this file.
  return { matrix: data.matrix as unknown as Matrix, purpose: data.purpose };
}

function readPurpose(said: unknown, runDir: string): RunPurpose {
  const purpose = parsePurpose(said);
  if (purpose) return purpose;
  // Its cells would run, and what the user asked them for would be lost.
  throw new UserError('this pmemrig does not know the purpose of the run', {
    code: 'unknown-purpose',
    remedy: 'resume it with the pmemrig that began it',
    position: { file: join(runDir, RUN_FILE) },
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A cell of a run by what its journal says of it. @throws UserError when the matrix does not have it */
export function restoreCell({ id, tests, ...names }: PlannedCell, matrix: Matrix, runDir: string): Cell {
  const find = <Item extends { readonly name: string }>(items: readonly Item[], name: string): Item => {
    const found = items.find((item) => item.name === name);
    if (found) return found;
    throw new UserError(`the run's matrix has no "${name}", which its cell ${id} needs`, {
      code: 'no-run-file',
      remedy: 'start it again',
      position: { file: join(runDir, RUN_FILE) },
    });
  };
  const suite = find(matrix.suites, names.suite);
  return {
    // As the plan wrote it.
    id: id as CellId,
    kernel: find(matrix.kernels, names.kernel),
    image: find(matrix.images, names.image),
    pmem: find(matrix.pmem, names.pmem),
    filesystem: find(matrix.filesystems, names.filesystem),
    suite,
    guest: suiteFor(suite).guestFor?.(suite, matrix.guest) ?? matrix.guest,
    tests,
  };
}

/** By their folders: one that did not come up has no event. */
async function findLastGuest(runDir: string): Promise<number> {
  const names = await readdir(join(runDir, 'guests')).catch(() => []);
  return names.reduce((max, name) => Math.max(max, Number(name) || 0), 0);
}
