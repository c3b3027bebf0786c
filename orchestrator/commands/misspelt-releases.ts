import { nearestSuite } from '../model/debian-suites.ts';
import type { ImageSpec, KernelSpec, Matrix } from '../model/matrix.ts';

/** Says which Debian releases of a matrix are most likely slips. No error: only the archive knows what there is, and it is asked when a kernel or image is made. */
export function findMisspeltReleases({ kernels, images }: Pick<Matrix, 'kernels' | 'images'>): readonly string[] {
  const named = [...kernels.flatMap((kernel) => releasesOf(kernel).map((release) => ({ of: `kernel ${kernel.name}`, release }))), ...images.flatMap((image) => releasesOfImage(image).map((release) => ({ of: `image ${image.name}`, release })))];
  return named.flatMap(({ of, release }) => {
    const near = nearestSuite(release);
    return near === undefined ? [] : [`${of}: no Debian release is known as ${release}: did you mean ${near}?`];
  });
}

function releasesOf(kernel: KernelSpec): readonly string[] {
  if (kernel.kind === 'debian') return [kernel.release];
  if (kernel.kind !== 'source') return [];
  const { source, base } = kernel;
  return [...(source.kind === 'debian' && source.release !== undefined ? [source.release] : []), ...(typeof base === 'object' && 'debian' in base ? [base.debian.release] : [])];
}

function releasesOfImage(image: ImageSpec): readonly string[] {
  return image.kind === 'debian' ? [image.release] : [];
}
