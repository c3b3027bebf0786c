import type { RunFold } from '../../fold/fold.ts';
import { disarmCommands } from './disarm-commands.ts';
import { createLiveReporter } from './live.ts';
import { choosePalette } from './palette.ts';
import { createPlainReporter } from './plain.ts';
import type { Reporter } from './reporter.ts';
import { widthOf } from './width-of.ts';

interface TerminalOptions {
  readonly stream: NodeJS.WriteStream;
  readonly runDir: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What is known already of a run that goes on. */
  readonly fold?: RunFold;
}

/**
 * The live view where somebody can see it. Plain lines go to pipes, dumb terminals, those without a size, and CI: some
 * offer a TTY that records every redraw.
 */
export function createTerminalReporter({ stream, runDir, env = process.env, fold }: TerminalOptions): Reporter {
  const palette = choosePalette(stream);
  const live = Number.isFinite(widthOf(stream)) && env['TERM'] !== 'dumb' && env['CI'] === undefined;
  if (live) return createLiveReporter(stream, runDir, palette, fold);
  return createPlainReporter((text) => stream.write(disarmCommands(text, env)), runDir, palette, fold);
}
