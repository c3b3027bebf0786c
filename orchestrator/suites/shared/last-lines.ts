/** The last lines of a text, within bounds fit for a report's evidence. */
export function lastLines(text: string, count = 20, maxChars = 8000): string {
  return text.trimEnd().split('\n').slice(-count).join('\n').slice(-maxChars);
}
