import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { makeDir } from '../../orchestrator/model/make-dir.ts';
import { writeIfChanged } from '../store/write-if-changed.ts';

const memoSchema = z.object({ basis: z.string(), answers: z.record(z.string(), z.unknown()) });

interface Question<T> {
  /** Where the answers are kept: one file for all questions of one basis. */
  readonly file: string;
  /** All that the answer follows from. Answers of another basis are forgotten. */
  readonly basis: string;
  readonly question: string;
  readonly answer: z.ZodType<T>;
}

/**
 * The answer of a program that takes half a second to start, as apt does. It is asked once a basis. `undefined` is
 * never kept. A cache that takes nothing costs the time to ask again.
 */
export async function rememberAnswer<T, Given extends T | undefined>(
  { file, basis, question, answer }: Question<T>,
  ask: () => Promise<Given>,
): Promise<T | Given> {
  const known = answer.safeParse((await readAnswers(file, basis))[question]);
  if (known.success) return known.data;
  const given = await ask();
  if (given === undefined) return given;
  // Another process may have added one meanwhile.
  const answers = { ...(await readAnswers(file, basis)), [question]: given };
  await makeDir(dirname(file))
    .then(async () => writeIfChanged(file, `${JSON.stringify({ basis, answers })}\n`))
    .catch(() => undefined);
  return given;
}

async function readAnswers(file: string, basis: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const memo = memoSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return memo.basis === basis ? memo.answers : {};
  } catch {
    // None yet, or damaged.
    return {};
  }
}
