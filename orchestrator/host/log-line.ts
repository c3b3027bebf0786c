import { disarmCommands } from '../../reports/formats/terminal/disarm-commands.ts';

/** What a verb has to say beside its result: on stderr, so that the result can be piped. */
export function logLine(line: string): void {
  process.stderr.write(disarmCommands(`${line}\n`));
}
