import type { ValuePath } from '../../../matrices/source/problem.ts';
import { nearestSuite } from '../../model/debian-suites.ts';
import type { KernelSpec, Matrix } from '../../model/matrix.ts';

interface NamedRelease {
  readonly release: string;
  /** Where in the matrix it stands. */
  readonly at: ValuePath;
}

interface MisspeltRelease {
  readonly at: ValuePath;
  readonly message: string;
}

/**
 * Says which Debian releases of a matrix are most likely slips. No error: only the archive knows what there is, and it
 * is asked when a kernel or image is made.
 */
export function findMisspeltReleases({
  kernels,
  images,
}: Pick<Matrix, 'kernels' | 'images'>): readonly MisspeltRelease[] {
  return [
    ...kernels.flatMap((kernel, index) => judge(`kernel ${kernel.name}`, ['kernels', index], releasesOf(kernel))),
    ...images.flatMap((image, index) =>
      image.kind === 'debian'
        ? judge(`image ${image.name}`, ['images', index], [{ release: image.release, at: ['debian', 'release'] }])
        : [],
    ),
  ];
}

function judge(what: string, part: ValuePath, releases: readonly NamedRelease[]): readonly MisspeltRelease[] {
  return releases.flatMap(({ release, at }) => {
    const near = nearestSuite(release);
    return near === undefined
      ? []
      : [{ at: [...part, ...at], message: `${what}: no Debian release is known as ${release}: did you mean ${near}?` }];
  });
}

function releasesOf(kernel: KernelSpec): readonly NamedRelease[] {
  if (kernel.kind === 'debian') return [{ release: kernel.release, at: ['debian', 'release'] }];
  if (kernel.kind !== 'source') return [];
  const { source, base } = kernel;
  return [
    ...(source.kind === 'debian' && source.release !== undefined
      ? [{ release: source.release, at: ['source', 'release'] }]
      : []),
    ...(typeof base === 'object' && 'debian' in base ? [{ release: base.debian.release, at: ['base'] }] : []),
  ];
}
