import stringWidth from 'string-width';

/** Rows of as many cells each, as lines: columns two blanks apart, the last one ragged. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    rows.reduce((widest, row) => Math.max(widest, stringWidth(row[column] ?? '')), 0),
  );
  return rows.map((row) =>
    row
      .map((text, column) => (column === row.length - 1 ? text : padColumns(text, (widths[column] ?? 0) + 2)))
      .join(''),
  );
}

/** As `padEnd`, by the columns that a terminal shows: `日本` has four. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}
