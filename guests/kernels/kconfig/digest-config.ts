import { digestOf } from '../../store/digest.ts';
import { ADAPTATION_VERSION } from './adapt-base.ts';
import type { ConfigBase } from './config-base.ts';
import { loadFragments } from './load-fragments.ts';

/**
 * Rejects with UserError as {@link loadFragments} does. The same digest: the same source gets the same configuration.
 */
export async function digestConfigInputs(base: ConfigBase, fragments: readonly string[]): Promise<string> {
  const texts = (await loadFragments(fragments)).map(({ text }) => text);
  return typeof base === 'string'
    ? digestOf('string', base, texts)
    : digestOf('object', base.text, texts, ADAPTATION_VERSION);
}
