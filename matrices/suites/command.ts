import { basename } from 'node:path';
import type * as z from 'zod';
import { duration, path, record, refuse, words } from '../values/scalars.ts';
import type { SuiteFormat } from './suite-format.ts';
import { suiteKeys } from './suite-keys.ts';

export interface CommandSuiteSpec {
  readonly kind: 'command';
  readonly name: string;
  /** Absolute path of the file or folder to copy in; absent: `argv` is found in the guest. */
  readonly upload?: string;
  /** What runs; a first word that lies in `upload` is rewritten to its place in the guest. */
  readonly argv: readonly string[];
  readonly timeoutSec: number;
}

const schema = record('a command suite', {
  ...suiteKeys('command'),
  run: words('a command').describe(
    'Program and arguments. A program that starts with ./, ../, ~ or $ is a file of the host, and is copied in.',
  ),
  upload: path('File or folder to copy into the guest.').optional(),
  timeout: duration('a timeout', { min: 1, max: 24 * 3600 })
    .prefault('120s')
    .describe('When the command counts as hung: 120s.'),
}).superRefine(({ run }, context) => {
  if (run.length === 0) refuse(context, run, 'expected a command, not an empty one', ['run']);
});

export const commandFormat: SuiteFormat<z.output<typeof schema>, CommandSuiteSpec> = {
  schema,
  resolve({ name, run, upload, timeout: timeoutSec }, { at, toPath }) {
    const kind = 'command';
    if (upload !== undefined)
      return { kind, name, upload: toPath(upload, 'file-or-folder', [...at, 'upload']), argv: run, timeoutSec };
    const [program = '', ...args] = run;
    if (!/^(\.{1,2}\/|~|\$)/.test(program)) return { kind, name, argv: run, timeoutSec };
    const file = toPath(program, 'file-or-folder', [...at, 'run']);
    return { kind, name, upload: file, argv: [`./${basename(file)}`, ...args], timeoutSec };
  },
};
