import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { renderAnnotations } from '../../../reports/formats/github/annotations.ts';
import { boundSummary } from '../../../reports/formats/github/step-summary.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import type { Comparison } from '../../../reports/verdicts/compare-runs.ts';
import { describeError } from '../../model/errors.ts';
import { logLine } from '../../host/log-line.ts';

/** In a job of GitHub Actions: what it shows beside the log. Elsewhere nothing. */
export async function announceOnGithub(runDir: string, summary: RunSummary, comparison?: Comparison): Promise<void> {
  if (process.env['GITHUB_ACTIONS'] !== 'true') return;
  writeAnnotations(summary, comparison);
  const path = process.env['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return;
  try {
    const used = await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    await appendFile(path, boundSummary(await readFile(join(runDir, 'summary.md'), 'utf8'), used));
  } catch (error) {
    // The run is what it is; its summary lies in its folder.
    logLine(`the step's summary could not be written: ${describeError(error)}`);
  }
}

/** GitHub's runner reads them off the log. */
export function writeAnnotations(summary: RunSummary, comparison?: Comparison): void {
  for (const line of renderAnnotations(summary, comparison)) process.stdout.write(`${line}\n`);
}
