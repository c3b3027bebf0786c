import { cleanLine } from '../../text/clean-text.ts';

/** One line of a CSV file (RFC 4180). */
export function csvRow(values: readonly string[]): string {
  return `${values.map(quote).join(',')}\r\n`;
}

function quote(value: string): string {
  const line = cleanLine(value);
  // A spreadsheet computes what begins so, and a guest may have written it; a number is only a number.
  const inert = /^[=+\-@]/.test(line) && Number.isNaN(Number(line)) ? `'${line}` : line;
  // A semicolon parts cells where a spreadsheet's language says so.
  return /[",;]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
