import { TapReader } from './tap/reader.ts';
import type { TapReport } from './tap/report.ts';

/** Reads the results in a whole output: TAP 12 to 14, and KTAP as KUnit and kselftest print it. */
export function parseTap(stdout: string): TapReport {
  const reader = new TapReader();
  reader.push(Buffer.from(stdout));
  return reader.end();
}
