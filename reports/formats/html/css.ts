/**
 * A style sheet, written a rule or a declaration a line, as the page gets it: a group of rules a line. An empty line parts
 * two groups.
 */
export function css(strings: TemplateStringsArray): string {
  const text = strings
    .join('')
    .trim()
    .replaceAll(/\n\n( *)|\n */g, (_, indent: string | undefined) => (indent === undefined ? ' ' : `\n${indent}`));
  return `\n${text}\n`;
}
