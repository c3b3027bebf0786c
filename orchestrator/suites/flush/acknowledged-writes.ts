import { InfraError } from '../../model/errors.ts';
import { type RuleContext, StepFailed } from '../shared/rules/rule.ts';

/** Blocks that the writer goes round in. */
const BLOCKS = 256;

/** A writer in the guest, whose acknowledgements the host hears as they come. */
export interface Writer {
  /** Number of the newest block whose sync has returned; -1 before the first. */
  acknowledged(): number;
  /** Fulfils once so many are acknowledged. Rejects with StepFailed if the writer ends before. */
  reached(count: number): Promise<void>;
  /** Fulfils when the writer is gone with its guest. Rejects with StepFailed if it ended by itself. */
  readonly gone: Promise<void>;
}

/** Starts `pmemcheck acknowledge` on a file. The blocks of two writers differ by their `salt`. */
export function startWriter({ guest, env, note }: RuleContext, tool: string, file: string, salt: number): Writer {
  let newest = -1;
  let rest = '';
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const onOutput = (chunk: Buffer, stream: 'stdout' | 'stderr'): void => {
    if (stream === 'stderr') return;
    const lines = `${rest}${chunk.toString('latin1')}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) newest = Number(/^acked (\d+)$/.exec(line)?.[1] ?? newest);
    for (const { count, resolve } of waiting) if (newest >= count) resolve();
  };
  note(`$ pmemcheck acknowledge ${file} ${BLOCKS} ${salt}`);
  const gone = guest.exec([tool, 'acknowledge', file, String(BLOCKS), String(salt)], { onOutput, env }).then(
    ({ exitCode, stderr }) => {
      throw new StepFailed(`the writer ended with status ${exitCode ?? 'unknown'}`, stderr);
    },
    (error: unknown) => {
      // The power was cut under it, as was asked for.
      if (!(error instanceof InfraError && error.code === 'guest-off')) throw error;
    },
  );
  gone.catch(() => undefined);
  return {
    acknowledged: () => newest,
    reached: async (count) => {
      if (newest >= count) return;
      const reached = new Promise<void>((resolve) => {
        waiting.push({ count, resolve });
      });
      await Promise.race([reached, gone]);
    },
    gone,
  };
}

/** What is left of a writer's blocks. */
export interface Verified {
  /** Acknowledged blocks that are not there. */
  readonly lost: number;
  /** The newest block that is there, at least the last that was acknowledged unless it is lost. */
  readonly newest: number;
}

/** Reads the file after the cut. `last` is the newest acknowledged block. */
export async function verifyWriter(
  { must }: RuleContext,
  tool: string,
  { file, salt, last }: { readonly file: string; readonly salt: number; readonly last: number },
): Promise<Verified> {
  const output = await must(`'${tool}' verify "$1" ${BLOCKS} ${salt} ${last}`, [file]);
  const newest = /^newest (\d+)$/m.exec(output)?.[1];
  if (newest === undefined) throw new StepFailed('the verification reported no end', output);
  return { lost: output.match(/^lost \d+$/gm)?.length ?? 0, newest: Number(newest) };
}
