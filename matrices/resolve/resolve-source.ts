import {
  DEFAULT_KERNEL_CONFIG,
  type KernelConfigBase,
  type KernelSource,
  type SourceKernelSpec,
} from '../../orchestrator/model/matrix.ts';
import { parseDebianBase } from '../schema/debian-base.ts';
import type { ToPath } from '../values/path-use.ts';
import type { ValuePath } from '../source/problem.ts';

import type { KernelSourceInput } from '../schema/schema-kernel-source.ts';
import { present } from '../../orchestrator/model/present.ts';

interface SourceKernelInput {
  readonly name: string;
  readonly source: KernelSourceInput;
  readonly base?: string | undefined;
  readonly config?: readonly string[] | undefined;
}

/** A kernel that the rig builds: paths absolute, defaults filled in. */
export function resolveSourceKernel(
  { name, source, base = 'tiny', config = DEFAULT_KERNEL_CONFIG }: SourceKernelInput,
  at: ValuePath,
  toPath: ToPath,
): SourceKernelSpec {
  return {
    kind: 'source',
    name,
    source: resolveSource(source, [...at, 'source'], toPath),
    base: resolveBase(base, [...at, 'base'], toPath),
    // Names have no slash, and a path in the matrix's own folder is written with ./
    config: config.map((fragment, index) =>
      /[/~$]/.test(fragment) ? toPath(fragment, 'config', [...at, 'config', index]) : fragment,
    ),
  };
}

function resolveBase(base: string, at: ValuePath, toPath: ToPath): KernelConfigBase {
  if (base === 'tiny' || base === 'defconfig') return base;
  const debian = parseDebianBase(base);
  return debian === undefined ? { file: toPath(base, 'config', at) } : { debian };
}

function resolveSource(
  { debian, release, tree, ref, patches }: KernelSourceInput,
  at: ValuePath,
  toPath: ToPath,
): KernelSource {
  const resolved = { patches: patches.map((patch, index) => toPath(patch, 'patch', [...at, 'patches', index])) };
  if (debian !== undefined) return { kind: 'debian', package: debian, ...present({ release }), ...resolved };
  // The schema wants exactly one of the two.
  return {
    kind: 'tree',
    path: toPath(tree ?? '', 'source', [...at, 'tree']),
    ...present({ ref }),
    ...resolved,
  };
}
