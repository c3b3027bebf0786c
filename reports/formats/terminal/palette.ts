import { styleText } from 'node:util';
import type { Outcome } from '../../../orchestrator/model/outcome.ts';

type Format = Parameters<typeof styleText>[0];

/** How the terminal dresses words; the plain one leaves them as they are. */
export interface Palette {
  readonly outcome: (outcome: Outcome, text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const COLORS: Readonly<Record<Outcome, Format>> = {
  pass: 'green',
  fail: 'red',
  crash: ['bold', 'red'],
  hang: ['bold', 'magenta'],
  infra: 'magenta',
  flaky: 'yellow',
  skip: 'cyan',
  excluded: 'gray',
  unreached: 'magenta',
};

export const PLAIN: Palette = { outcome: (_, text) => text, dim: (text) => text, bold: (text) => text };

const COLORED: Palette = {
  outcome: (outcome, text) => dress(COLORS[outcome], text),
  dim: (text) => dress('gray', text),
  bold: (text) => dress('bold', text),
};

/** Node's own rules for colour: a TTY that can, `NO_COLOR`, `FORCE_COLOR`, `TERM=dumb`. */
export function choosePalette(stream: NodeJS.WriteStream): Palette {
  return styleText('red', 'x', { stream }) === 'x' ? PLAIN : COLORED;
}

/** Whether to was settled by {@link choosePalette}. */
function dress(format: Format, text: string): string {
  return styleText(format, text, { validateStream: false });
}
