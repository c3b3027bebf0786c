import type { WantedOption } from './fragment.ts';

/** Values of a finished `.config` by name, without `CONFIG_`; what is not set is absent. */
export type DotConfig = ReadonlyMap<string, string>;

export function parseDotConfig(text: string): DotConfig {
  const lines = text.matchAll(/^CONFIG_(\w+)=(.*)$/gm);
  return new Map(Array.from(lines, ([, name = '', value = '']) => [name, value.trim()]));
}

/** What was asked for and is not so in the finished `.config`. */
export function findUnmet(wanted: readonly WantedOption[], config: DotConfig): WantedOption[] {
  return wanted.filter(({ name, value }) => {
    const actual = normalise(config.get(name) ?? 'n');
    return actual !== normalise(value) && !(value === 'n' && actual === SWITCHED_OFF);
  });
}

/** A switch may become a number, as BOOTPARAM_HUNG_TASK_PANIC has by 7.3. Kconfig makes "is not set" its default, 0. */
const SWITCHED_OFF = '0';

/** Kconfig writes hexadecimal numbers as the user did. */
function normalise(value: string): string {
  return value.startsWith('"') ? value : value.toLowerCase();
}
