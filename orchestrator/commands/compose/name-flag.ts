import { ALL_SUITES } from '../../suites/registry.ts';
import type { OnceOptions } from './compose-once.ts';

/** The flag behind a value of the composed matrix, by the keys on the way to it, the last one that is known. */
const FLAG_OF: Readonly<Record<string, Exclude<keyof OnceOptions, 'defaults'>>> = {
  cpus: 'cpus',
  memory: 'memory',
  append: 'append',
  kernels: 'kernel',
  modules: 'modules',
  base: 'base',
  config: 'config',
  ref: 'ref',
  patches: 'patch',
  images: 'image',
  pmem: 'pmem',
  size: 'size',
  filesystems: 'fs',
  suites: 'suite',
  upload: 'upload',
  timeout: 'timeout',
  known: 'known',
  ...Object.assign({}, ...ALL_SUITES.map(({ once }) => once?.flagOf)),
};

/** `--size 3X`: what the user wrote for a value; `undefined` for what the rig made up itself. */
export function nameFlag(path: readonly (string | number)[], options: OnceOptions): string | undefined {
  const key = path.findLast((part) => typeof part === 'string' && Object.hasOwn(FLAG_OF, part));
  const flag = key === undefined ? undefined : FLAG_OF[key];
  if (flag === undefined) return undefined;
  const value = options[flag];
  if (value === undefined) return undefined;
  return `--${flag} ${Array.isArray(value) ? value.join(',') : String(value)}`;
}
