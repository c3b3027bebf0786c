import { alignColumns } from '../../../orchestrator/model/align-columns.ts';
import { profileCells, profileHead, type Profile } from '../../facts/profile.ts';
import { cleanLine } from '../../text/clean-text.ts';
import { formatDuration } from '../../text/format.ts';

/** Where the time of a run went, a line a phase. `cpuMs`: what the controller took of CPU time. */
export function formatProfile(profile: Profile, { cpuMs }: { readonly cpuMs?: number } = {}): string[] {
  const { wallMs, firstTestMs, rows } = profile;
  const head = [
    `where the time went: ${formatDuration(wallMs)}`,
    ...(firstTestMs === undefined ? [] : [`first test after ${formatDuration(firstTestMs)}`]),
    ...(cpuMs === undefined ? [] : [`CPU time of the controller ${formatDuration(cpuMs)}`]),
  ];
  const cells = [profileHead(profile), ...rows.map((row) => profileCells(row, profile))];
  return [head.join(', '), ...alignColumns(rightAlign(cells)).map((line) => `  ${line}`.trimEnd())];
}

/** All columns but the first. */
function rightAlign(rows: readonly (readonly string[])[]): string[][] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  return rows.map((row) =>
    row.map((text, column) => (column === 0 ? cleanLine(text) : text.padStart(widths[column] ?? 0))),
  );
}
