import type { RunFold } from '../fold.ts';
import { createLiveReporter } from './live.ts';
import { choosePalette } from './palette.ts';
import { createPlainReporter } from './plain.ts';
import type { Reporter } from './reporter.ts';

interface TerminalOptions {
  readonly stream: NodeJS.WriteStream;
  readonly runDir: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What is known already of a run that goes on. */
  readonly fold?: RunFold;
}

/** The live view where somebody can see it; plain lines for pipes, CI (some offer a TTY that records every redraw) and dumb terminals. */
export function createTerminalReporter({ stream, runDir, env = process.env, fold }: TerminalOptions): Reporter {
  const palette = choosePalette(stream);
  const live = stream.isTTY && env['TERM'] !== 'dumb' && env['CI'] === undefined;
  return live ? createLiveReporter(stream, runDir, palette, fold) : createPlainReporter((text) => stream.write(text), runDir, palette, fold);
}
