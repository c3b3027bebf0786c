import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JudgedProblem } from '../model/known-problem.ts';
import type { CellEnvironment } from './cell-environment.ts';
import type { Observation } from './observe-guest.ts';

interface ProblemPlace {
  readonly cell: string;
  readonly test: string;
  readonly attempt: number;
  readonly guest: number;
}

/** Puts the problems of one test into the journal, each with its text in a file of its own: `cells/<cell>/problems/<guest>-<n>-<kind>.txt`. */
export async function tellProblems(env: CellEnvironment, place: ProblemPlace, { before, inside }: Pick<Observation, 'before' | 'inside'>): Promise<void> {
  for (const [during, problems] of [['gap', before], ['test', inside]] as const) {
    for (const judged of problems) {
      const file = await keepText(env, place, judged);
      env.emit({ type: 'problem', ...place, during, ...(file !== undefined && { file }), ...judged });
    }
  }
}

let count = 0;

async function keepText(env: CellEnvironment, { cell, guest }: ProblemPlace, { problem }: JudgedProblem): Promise<string | undefined> {
  count += 1;
  try {
    const dir = join(await env.artifactDir(cell), 'problems');
    await mkdir(dir, { recursive: true });
    const path = join(dir, `${guest}-${count}-${problem.kind}.txt`);
    await writeFile(path, `${problem.lines.join('\n')}\n`);
    return env.toArtifact(path);
  } catch (error) {
    // The journal has the text too.
    env.log(`the report of a kernel problem could not be kept as a file: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
