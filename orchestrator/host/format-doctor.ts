import type { Check } from './check.ts';
import type { DoctorReport } from './diagnose.ts';

/**
 * The report for a terminal or a log: one line a check, each remedy below its lack. `quiet` leaves out what is well.
 */
export function formatDoctor(
  { ready, checks, install }: DoctorReport,
  { quiet = false }: { readonly quiet?: boolean } = {},
): string {
  const shown = quiet ? checks.filter(({ status }) => status !== 'ok') : checks;
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const lines = shown.flatMap((check) => formatCheck(check, width));
  if (install && install.packages.length > 1) lines.push('', 'all packages at once:', `  ${install.command}`);
  if (!quiet) lines.push('', ready ? 'ready: a run can start' : 'not ready: no run can start');
  return lines.map((line) => `${line}\n`).join('');
}

function formatCheck({ name, status, detail, remedy }: Check, width: number): string[] {
  const margin = `${status.padEnd('missing'.length)}  `;
  const [first = '', ...more] = detail.split('\n');
  const indent = ' '.repeat(margin.length + width + 2);
  const lines = [`${margin}${name.padEnd(width)}  ${first}`, ...more.map((line) => indent + line)];
  return remedy === undefined ? lines : [...lines, `${indent}fix: ${remedy}`];
}
