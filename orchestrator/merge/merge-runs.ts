import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readJournal } from '../../reports/journal/read-journal.ts';
import { InfraError, UserError } from '../model/errors.ts';
import { isBeingWorkedOn } from '../run/record/claim-run.ts';
import { JOURNAL_FILE } from '../run/record/journal-writer.ts';
import { isLeftover } from '../run/resume/resume-run.ts';
import { newRunId, pointLatestAt, RUN_FILE } from '../run/record/run-folder.ts';
import { linkTree } from './link-tree.ts';
import { mergeEvents, type PartToMerge } from './merge-events.ts';
import { type MergedPlan, planMerge } from './plan-merge.ts';
import { nameOfPart, surveyPart } from './survey-part.ts';

interface MergeOptions {
  /** Folder of runs in which the new one is made. */
  readonly runs: string;
  /** Its name there; absent: one like that of any run. */
  readonly name?: string;
}

/**
 * Makes one run of several that have different cells of one plan, whole or not at all. Its journal has the events of
 * all, its folders hold what they kept. The parts stay as they are.
 * @throws UserError for runs that are not parts of one run (see {@link planMerge}), or are not done; InfraError when
 * the merged run can't be written
 */
export async function mergeRuns(
  dirs: readonly string[],
  { runs, name }: MergeOptions,
): Promise<{ readonly dir: string; readonly plan: MergedPlan }> {
  let guestOffset = 0;
  const parts: PartToMerge[] = [];
  for (const dir of dirs) {
    const part = await surveyPart(dir);
    if (!part.end && (await isBeingWorkedOn(dir)))
      throw new UserError(`a pmemrig still works on ${nameOfPart(part)}`, {
        code: 'run-busy',
        remedy: 'wait for it, or interrupt it first (Ctrl-C)',
        position: { file: dir },
      });
    parts.push({ ...part, events: readJournal(dir), guestOffset });
    guestOffset += part.guests;
  }
  const plan = planMerge(parts);
  const id = name ?? newRunId(parts[0]?.start.matrix ?? '');
  const dir = join(runs, id);
  if (existsSync(dir))
    throw new UserError(`${dir} is there already`, { code: 'run-exists', remedy: 'choose another name with --into' });
  const aside = join(runs, `.merge-${id}`);
  try {
    await mkdir(aside, { recursive: true });
    for (const part of parts) await linkFiles(part, aside);
    await writeRunFile(id, parts, aside);
    await pipeline(Readable.from(toLines(mergeEvents(id, plan, parts))), createWriteStream(join(aside, JOURNAL_FILE)));
    await rename(aside, dir);
    await pointLatestAt(runs, id);
  } catch (error) {
    // What failed is to be reported, not that nothing is there to remove.
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new InfraError(`the merged run cannot be written: ${error.message}`, {
      code: 'merge-write',
      remedy: 'free space there, or choose another place with --runs DIR',
      cause: error,
    });
  }
  return { dir, plan };
}

async function linkFiles({ dir, guestOffset }: PartToMerge, target: string): Promise<void> {
  await linkTree(join(dir, 'cells'), join(target, 'cells'));
  for (const guest of await readdir(join(dir, 'guests')).catch((): string[] => [])) {
    const number = Number(guest);
    if (Number.isSafeInteger(number))
      await linkTree(
        join(dir, 'guests', guest),
        join(target, 'guests', String(number + guestOffset)),
        (name) => !isLeftover(name),
      );
  }
}

/**
 * The first part's, under the new name: matrix and the like are what they all have, what the parts were made for is
 * over.
 */
async function writeRunFile(id: string, parts: readonly PartToMerge[], aside: string): Promise<void> {
  const [first] = parts;
  const text = first && (await readFile(join(first.dir, RUN_FILE), 'utf8').catch(() => undefined));
  if (text === undefined) return;
  try {
    const facts: unknown = JSON.parse(text);
    if (typeof facts !== 'object') return;
    const merged = { ...facts, purpose: undefined, id, parts: parts.map(({ start }) => start.runId) };
    await writeFile(join(aside, RUN_FILE), `${JSON.stringify(merged, undefined, 2)}\n`);
  } catch (error) {
    // A foreign one is of no use; reports do without it.
    if (!(error instanceof SyntaxError)) throw error;
  }
}

async function* toLines(events: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}
