import { cleanLine } from '../../text/clean-text.ts';

/** One line of a CSV file (RFC 4180). */
export function csvRow(values: readonly string[]): string {
  return `${values.map(quote).join(',')}\r\n`;
}

/** What a spreadsheet computes begins so. */
const FORMULA = /^[=+\-@]/;
/** A semicolon parts cells where a spreadsheet's language says so. */
const PARTING = /[",;]/;

function quote(value: string): string {
  const line = cleanLine(value);
  // A guest may have written it; a number is only a number.
  const inert = FORMULA.test(line) && Number.isNaN(Number(line)) ? `'${line}` : line;
  return PARTING.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
