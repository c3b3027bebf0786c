import type { UsedDefault } from '../../model/used-default.ts';
import { isToBuild } from './compose-kernel.ts';
import { namedSuites, type OnceOptions } from './compose-once.ts';

/**
 * The flags without those defaults that say nothing beside the others, where typed ones would be an error or more than
 * was asked for: a configuration for a kernel that is built already, suites where something else says what runs.
 */
export function settleDefaults<Options extends OnceOptions>(
  options: Options,
  command: readonly string[],
  cwd = process.cwd(),
): Options {
  const { defaults = [] } = options;
  const isIdle = ({ option, text }: UsedDefault): boolean => {
    if (option === 'kernel') return text !== options.kernel;
    if (option === 'config' || option === 'base') return !isToBuild(options.kernel, cwd);
    return option === 'suite' && namedSuites(leaveOut(options, ['suite']), command) !== undefined;
  };
  const idle = defaults.filter(isIdle);
  if (idle.length === 0) return options;
  // Of the kernel another one is said already.
  const names = idle.map(({ option }) => option).filter((option) => option !== 'kernel');
  return { ...leaveOut(options, names), defaults: defaults.filter((one) => !idle.includes(one)) };
}

/** The names are those of options that may be absent. */
function leaveOut<Options extends object>(options: Options, names: readonly string[]): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name))) as Options;
}
