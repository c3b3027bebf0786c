import { formatPosition } from '../../../orchestrator/model/errors.ts';
import { formatOption, type WantedOption } from './fragment.ts';

interface MergedOptions {
  readonly wanted: readonly WantedOption[];
  /** One sentence for each option that a later fragment set otherwise. */
  readonly notes: readonly string[];
}

/** Puts fragments over each other; the later one wins. What any of them asks for unconditionally stays so. */
export function mergeOptions(fragments: readonly (readonly WantedOption[])[]): MergedOptions {
  const wanted = new Map<string, WantedOption>();
  const notes: string[] = [];
  for (const option of fragments.flat()) {
    const earlier = wanted.get(option.name);
    if (earlier?.value === option.value && !earlier.optional) continue;
    if (earlier && earlier.value !== option.value) {
      notes.push(
        `${formatOption(option)} (${formatPosition(option.origin)}) ` +
          `overrides ${formatOption(earlier)} (${formatPosition(earlier.origin)})`,
      );
    }
    wanted.set(option.name, option);
  }
  return { wanted: [...wanted.values()], notes };
}

/** The text that kconfig is to complete: the base without what is asked for, then that. */
export function composeConfig(base: string, wanted: readonly Pick<WantedOption, 'name' | 'value'>[]): string {
  const names = new Set(wanted.map(({ name }) => name));
  const kept = base.split('\n').filter((line) => {
    const name = /^(?:# )?CONFIG_(\w+)[= ]/.exec(line)?.[1];
    return name === undefined || !names.has(name);
  });
  return [kept.join('\n').trimEnd(), ...wanted.map(formatOption), ''].join('\n');
}
