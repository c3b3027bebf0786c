import { InfraError } from '../model/errors.ts';
import { TapReader } from '../suites/shared/tap/reader.ts';

const CHUNK_BYTES = 2 ** 15;

export interface TapSpeed {
  /** Time of one core. */
  readonly cpuMs: number;
  readonly bytes: number;
  /** Growth of the process, from before the first byte to its highest. */
  readonly rssGrowthBytes: number;
  readonly results: number;
}

/** Reads so many results as a guest prints them: flat, or in groups of a hundred with a diagnostic behind each. */
export function benchTap(results: number, nested: boolean): TapSpeed {
  const reader = new TapReader();
  const rssBefore = process.memoryUsage.rss();
  let [rssPeak, bytes, cpuMs] = [rssBefore, 0, 0];
  const measure = <Value>(work: () => Value): Value => {
    const before = process.cpuUsage();
    const value = work();
    const { user, system } = process.cpuUsage(before);
    cpuMs += (user + system) / 1000;
    rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
    return value;
  };
  for (const chunk of printResults(results, nested)) {
    bytes += chunk.length;
    measure(() => reader.push(chunk));
  }
  const report = measure(() => reader.end());
  if (report.problems.length > 0 || report.subtests.length !== results)
    throw new InfraError(
      `the results were not read whole: ${report.subtests.length} of ${results}; ${report.problems.join('; ')}`,
      { code: 'bench-tap' },
    );
  return { cpuMs, bytes, rssGrowthBytes: rssPeak - rssBefore, results: report.subtests.length };
}

const GROUP = 100;

function* printResults(results: number, nested: boolean): Generator<Buffer> {
  let text = nested ? `KTAP version 1\n1..${results / GROUP}\n` : `TAP version 13\n1..${results}\n`;
  for (let number = 1; number <= results; number += 1) {
    const place = nested ? ((number - 1) % GROUP) + 1 : number;
    if (nested && place === 1)
      text += `  KTAP version 1\n  # Subtest: suite_${Math.ceil(number / GROUP)}\n  1..${GROUP}\n`;
    text +=
      `${nested ? '  ' : ''}ok ${place} drivers/nvdimm: ` +
      `case_${number}_with_a_name_that_is_as_long_as_those_of_real_tests_are${nested ? ` # ${place} ms` : ''}\n`;
    if (nested && place === GROUP) text += `ok ${number / GROUP} suite_${number / GROUP}\n`;
    if (text.length >= CHUNK_BYTES) {
      yield Buffer.from(text);
      text = '';
    }
  }
  yield Buffer.from(text);
}
