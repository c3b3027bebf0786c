import { disarmCommands } from '../../reports/formats/terminal/disarm-commands.ts';

/** A verb's result, as text for people. */
export function printText(text: string): void {
  process.stdout.write(disarmCommands(text));
}

/** A verb's result as JSON: an escape keeps the value and disarms it, see {@link disarmCommands}. */
export function printJson(json: string): void {
  process.stdout.write(`${json.replaceAll('##[', String.raw`\u0023#[`)}\n`);
}
