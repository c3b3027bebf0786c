import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReplyFacts } from '../../../reports/formats/mail/reply-facts.ts';
import { listUntested } from '../../../reports/formats/mail/list-untested.ts';
import { renderReply } from '../../../reports/formats/mail/render-reply.ts';
import { rerunLines } from '../../../reports/facts/rerun-command.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { compareSeries } from '../../../reports/verdicts/compare-series.ts';
import { readLockClasses } from '../../../reports/verdicts/read-lock-classes.ts';
import { InfraError } from '../../model/errors.ts';
import type { Matrix } from '../../model/matrix.ts';
import type { PmemTopology } from '../../model/pmem.ts';
import type { PatchSeries } from '../../model/series.ts';
import { formatSize } from '../../model/size.ts';
import { BASE_KERNEL, planSteps } from '../compose/compose-series.ts';
import type { Judged } from './judged.ts';
import { showComparison } from './show-comparison.ts';
import { suiteTitles } from '../../suites/registry.ts';
import { printText } from '../../host/print.ts';
import { messageOf } from '../../model/message-of.ts';

/** In the run's folder, also with `--mail`. */
const REPLY_FILE = 'reply.txt';

interface SeriesPurpose {
  readonly series: PatchSeries;
  /** See {@link ReplyFacts.command}. */
  readonly command: string;
  /** Where the answer goes: a file, or after the report. */
  readonly mail?: string | true;
}

/** Judges the run of a series by what its patches changed, and answers its mail. */
export async function judgeSeries(
  { series, command, mail }: SeriesPurpose,
  matrix: Matrix,
  summary: RunSummary,
  runDir: string,
): Promise<Judged> {
  const steps = planSteps(series);
  const lockClasses = await readLockClasses(runDir, summary);
  const comparison = compareSeries(summary, BASE_KERNEL, steps, { lockClasses });
  const answer = async (): Promise<void> => {
    const untested = listUntested(summary, matrix, comparison.kernels?.now ?? '', suiteTitles());
    const facts = { summary, comparison, series, steps, command, ...describeGuests(matrix), untested };
    await writeReply(facts, runDir, mail);
  };
  return {
    comparison,
    conclude: async () => {
      const status = showComparison(comparison, summary);
      if (summary.ending.reason === 'finished') await answer();
      else
        printText(
          '\nno answer to the series: the run was interrupted. Resume it to get the answer: ' +
            `${rerunLines(summary).join('; ')}\n`,
        );
      return status;
    },
  };
}

async function writeReply(facts: ReplyFacts, runDir: string, mail: SeriesPurpose['mail']): Promise<void> {
  const reply = renderReply(facts);
  const kept = join(runDir, REPLY_FILE);
  for (const file of [kept, ...(typeof mail === 'string' ? [mail] : [])]) {
    await writeFile(file, reply).catch((error: unknown) => {
      throw new InfraError(`the answer could not be written to ${file}: ${messageOf(error)}`, {
        code: 'reply-write',
        remedy: file === kept ? 'free space there' : `it is in ${kept}`,
        cause: error,
      });
    });
  }
  if (mail === true) printText(`\n${reply}`);
  printText(
    `\nanswer to the series: ${typeof mail === 'string' ? mail : kept} (fill in the tag, ` +
      'then git send-email or mutt -H)\n',
  );
}

function describeGuests({ guest, pmem }: Matrix): Pick<ReplyFacts, 'guest' | 'devices'> {
  return {
    guest:
      `QEMU, ${guest.cpus} ${guest.cpus === 1 ? 'CPU' : 'CPUs'}, ` +
      `${formatSize(guest.memoryBytes)} of memory${guest.append.length === 0 ? '' : `, ${guest.append.join(' ')}`}`,
    devices: pmem.map(describeTopology),
  };
}

function describeTopology({ name, devices }: PmemTopology): string {
  return `${name}: ${devices.map((device) => `${device.kind} ${formatSize(device.sizeBytes)}${'namespace' in device ? ` (${device.namespace})` : ''}`).join(', ')}`;
}
