/** What a verb has to say beside its result: on stderr, so that the result can be piped. */
export function logLine(line: string): void {
  process.stderr.write(`${line}\n`);
}
