import { digestOf } from '../../store/digest.ts';
import { loadFragments, readUserFile } from './load-fragments.ts';

/** What fragments are put on: as little as the kernel allows, the kernel's own default, or a whole `.config`. */
export type KernelConfigBase = 'tiny' | 'defconfig' | { readonly file: string };

/** Rejects with UserError as {@link loadFragments} does. The same digest: the same source gets the same configuration. */
export async function digestConfigInputs(base: KernelConfigBase, fragments: readonly string[]): Promise<string> {
  const baseText = typeof base === 'string' ? base : (await readUserFile(base.file, 'kernel configuration')).text;
  const texts = (await loadFragments(fragments)).map(({ text }) => text);
  return digestOf(typeof base, baseText, texts);
}
