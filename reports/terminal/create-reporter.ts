import { createLiveReporter } from './live.ts';
import { choosePalette } from './palette.ts';
import { createPlainReporter } from './plain.ts';
import type { Reporter } from './reporter.ts';

/** The live view where somebody can see it; plain lines for pipes, CI (some offer a TTY that records every redraw) and dumb terminals. */
export function createTerminalReporter({ stream, runDir, env = process.env }: { stream: NodeJS.WriteStream; runDir: string; env?: NodeJS.ProcessEnv }): Reporter {
  const palette = choosePalette(stream);
  const live = stream.isTTY && env['TERM'] !== 'dumb' && env['CI'] === undefined;
  return live ? createLiveReporter(stream, runDir, palette) : createPlainReporter((text) => stream.write(text), runDir, palette);
}
