import * as z from 'zod';
import { guestSchema } from '../../../matrices/schema/schema.ts';
import { deviceSize } from '../../../matrices/schema/schema-pmem.ts';
import { debianRelease, record, text } from '../../../matrices/values/scalars.ts';
import { GUEST_BEGINNINGS } from '../../model/matrix.ts';
import { ALL_SUITES } from '../../suites/registry.ts';
import { FS_PRESETS } from '../compose/compose-once.ts';
import { PMEM_PRESETS } from '../compose/pmem-presets.ts';
import type { DefaultKey } from './keys.ts';

/** A word, or a list of words: what a flag takes with commas between them. */
const words = <Item extends z.ZodType>(item: Item, error: string) =>
  z.union([item, z.array(item, { error }).min(1, { error })], { error });

const oneOf = (what: string, names: readonly string[]) => {
  const error = `expected ${what}`;
  return words(z.enum(names, { error }), `${error}\nknown values: ${names.join(', ')}`);
};

const number = (what: string, min: number) =>
  z.int({ error: `expected ${what}` }).min(min, { error: `expected ${what}` });

const plainText = (what: string) =>
  text(what).regex(/^\P{Cc}+$/u, { error: `expected ${what} without control characters` });

/**
 * A file of defaults. Each key is the long name of a flag, with its values. No key names a program of this host, because
 * a project's file may come with a stranger's tree. No key is a switch, because no flag could turn it off again.
 */
export const defaultsSchema = record('the defaults', {
  kernel: plainText('a kernel').describe(
    '--kernel: a path, relative to this file, linux-source-6.1, or a Debian release.',
  ),
  config: words(plainText('a fragment'), 'expected fragments of a kernel configuration').describe(
    '--config, for kernels that are built: +kasan adds to the default, others replace it.',
  ),
  'config-base': plainText('a kernel configuration').describe(
    '--base of once, shell, selftest and kernel build, --config-base of series, for kernels that are built.',
  ),
  image: debianRelease.describe('--image: the Debian release of the guest.'),
  pmem: oneOf('a pmem topology', Object.keys(PMEM_PRESETS)).describe('--pmem.'),
  size: deviceSize.describe('--size of each pmem device: 512M, 1G.'),
  fs: oneOf('a filesystem', Object.keys(FS_PRESETS)).describe('--fs.'),
  suite: oneOf(
    'a suite',
    ALL_SUITES.filter(({ once }) => !once?.isNeverImplied).map(({ kind }) => kind),
  ).describe('--suite, where neither another flag nor a command says what runs.'),
  cpus: guestSchema.shape.cpus.unwrap().describe('--cpus of the guest, 1 to 64.'),
  memory: guestSchema.shape.memory.unwrap().describe('--memory of the guest: 2G.'),
  append: plainText('kernel parameters')
    .refine((value) => !/["'\\]/.test(value), { error: 'quotes are not understood in kernel parameters' })
    .describe("--append: words for the kernel's command line."),
  boot: z.enum(GUEST_BEGINNINGS, { error: 'expected auto, cold or fork' }).describe('--boot.'),
  jobs: number('a number of guests, at least 1', 1).describe('--jobs: guests at once.'),
  retries: number('a number of retries', 0).describe('--retries of a test that did not pass.'),
  runs: plainText('a folder').describe('--runs: where runs are kept, relative to this file.'),
} satisfies Readonly<Record<DefaultKey, z.ZodType>>).partial();

/** The JSON Schema of a file of defaults, for completion in editors. */
export function defaultsJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(defaultsSchema, { io: 'input' });
}
