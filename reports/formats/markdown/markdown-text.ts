import { cleanLine, cleanText } from '../../text/clean-text.ts';

export function tableRow(columns: readonly string[]): string {
  return `| ${columns.map(escapePipes).join(' | ')} |`;
}

/** GFM splits a row at each pipe, within code too, unless an odd number of backslashes stands before it. */
function escapePipes(column: string): string {
  return column.replaceAll(/\\*\|/g, (pipe) => (pipe.length % 2 === 0 ? pipe : String.raw`${pipe.slice(0, -1)}\|`));
}

/** A code span, its ticks longer than any run inside. */
export function code(text: string): string {
  const line = cleanLine(text) || ' ';
  const ticks = longerThan(line, '`', 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

/** A code block, its fence longer than any run inside. */
export function fence(text: string, language: string): string {
  const ticks = longerThan(text, '`', 3);
  return `${ticks}${language}\n${cleanText(text)}\n${ticks}`;
}

function longerThan(text: string, tick: string, least: number): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  return tick.repeat(Math.max(least, longest + 1));
}

/** Words of the rig's own and names of the user's, outside code: nothing in them may act as Markdown or HTML. */
export function plain(text: string): string {
  return cleanLine(text).replaceAll(/[\\`*_{}[\]<>#|!~&]/g, String.raw`\$&`);
}
