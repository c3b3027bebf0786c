/** The last lines of a text, within bounds fit for a report's evidence. */
export function lastLines(text: string, count = 20, maxChars = 8000): string {
  return text.trimEnd().split('\n').slice(-count).join('\n').slice(-maxChars);
}

/** The same for a message: below its first line, indented as a remedy is. */
export function indentLastLines(output: string, count: number): string {
  return `\n  ${output.trim().split('\n').slice(-count).join('\n  ')}`;
}
