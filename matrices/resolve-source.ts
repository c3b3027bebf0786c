import { DEFAULT_KERNEL_CONFIG, type KernelSource, type SourceKernelSpec } from '../orchestrator/model/matrix.ts';
import type { ToPath } from './path-use.ts';
import type { ValuePath } from './problem.ts';

import type { KernelSourceInput } from './schema-kernel-source.ts';

interface SourceKernelInput {
  readonly name: string;
  readonly source: KernelSourceInput;
  readonly base?: string | undefined;
  readonly config?: readonly string[] | undefined;
}

/** A kernel that the rig builds: paths absolute, defaults filled in. */
export function resolveSourceKernel({ name, source, base = 'tiny', config = DEFAULT_KERNEL_CONFIG }: SourceKernelInput, at: ValuePath, toPath: ToPath): SourceKernelSpec {
  return {
    kind: 'source',
    name,
    source: resolveSource(source, [...at, 'source'], toPath),
    base: base === 'tiny' || base === 'defconfig' ? base : { file: toPath(base, 'config', [...at, 'base']) },
    // Names have no slash, and a path in the matrix's own folder is written with ./
    config: config.map((fragment, index) => (/[/~$]/.test(fragment) ? toPath(fragment, 'config', [...at, 'config', index]) : fragment)),
  };
}

function resolveSource({ debian, release, tree, ref, patches }: KernelSourceInput, at: ValuePath, toPath: ToPath): KernelSource {
  const resolved = { patches: patches.map((patch, index) => toPath(patch, 'patch', [...at, 'patches', index])) };
  if (debian !== undefined) return { kind: 'debian', package: debian, ...(release !== undefined && { release }), ...resolved };
  // The schema wants exactly one of the two.
  return { kind: 'tree', path: toPath(tree ?? '', 'source', [...at, 'tree']), ...(ref !== undefined && { ref }), ...resolved };
}
