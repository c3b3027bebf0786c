import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { GUEST_ARCHITECTURE } from '../../orchestrator/model/architecture.ts';
import type { Problem } from '../source/problem.ts';

type Complaint = Omit<Problem, 'path'>;

/** What `dpkg-deb` says of a package's control file. */
interface Control {
  readonly package: string;
  readonly architecture: string;
  readonly depends: string;
}

/**
 * Why a file is not the Debian package of a kernel for the guests, by its control file alone: unpacking takes seconds.
 * `undefined` where it is.
 */
export async function checkKernelPackage(path: string): Promise<Complaint | undefined> {
  const shown = await execa('dpkg-deb', ['--field', path, 'Package', 'Architecture', 'Depends'], {
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
  });
  // Without the tool the preparation says so, with the package to install.
  if (shown.code === 'ENOENT') return undefined;
  if (shown.failed)
    return {
      code: 'not-a-package',
      message: `${path} is no Debian package`,
      remedy: 'name a linux-image-*.deb, such as `make bindeb-pkg` leaves beside the tree',
    };
  return judgeControl(path, parseControl(shown.stdout), await readdir(dirname(path)).catch((): string[] => []));
}

function parseControl(text: string): Control {
  const field = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  return { package: field('Package'), architecture: field('Architecture'), depends: field('Depends') };
}

/** As {@link checkKernelPackage}; `siblings` are the names of what lies beside the package. */
export function judgeControl(
  path: string,
  { package: name, architecture, depends }: Control,
  siblings: readonly string[],
): Complaint | undefined {
  const what = describeOther(name);
  if (what !== undefined)
    return {
      code: 'not-a-kernel-package',
      message: `${path} is ${name}, which holds ${what}`,
      remedy: nameSibling(path, siblings),
    };
  if (architecture !== GUEST_ARCHITECTURE.debian)
    return {
      code: 'wrong-architecture',
      message:
        `${path} is for ${architecture}, and the guests are ${GUEST_ARCHITECTURE.name} ` +
        `(${GUEST_ARCHITECTURE.debian})`,
      remedy: `build the package for ${GUEST_ARCHITECTURE.debian}`,
    };
  if (/^linux-image-\D/.test(name) && !/^linux-image-unsigned-\d/.test(name)) {
    const real = /\blinux-image-\d[^\s,|(]*/.exec(depends)?.[0];
    return {
      code: 'not-a-kernel-package',
      message: `${path} is the metapackage ${name}: it holds no kernel`,
      remedy:
        `name the package that it depends on${real === undefined ? '' : `, ${real}`}, ` +
        'or a Debian release such as bookworm',
    };
  }
  return undefined;
}

/** What a package of the same build that is not the kernel's holds; `undefined` for the kernel's. */
function describeOther(name: string): string | undefined {
  if (/-dbg(?:sym)?$/.test(name)) return 'debugging symbols, not the kernel';
  if (name.startsWith('linux-headers-')) return 'headers for building modules, not the kernel';
  if (name === 'linux-libc-dev') return "the C library's headers, not the kernel";
  if (name.startsWith('linux-modules-')) return 'modules without their kernel';
  if (name.startsWith('linux-base-')) return 'the configuration of a kernel, not the kernel';
  return /^linux-(?:image|binary)-/.test(name) ? undefined : 'no kernel';
}

/** The kernel's packages beside the wrong one, the likeliest first: of one build they share the version at the end. */
function nameSibling(path: string, siblings: readonly string[]): string {
  const version = /_[^_]+_[^_]+\.deb$/.exec(basename(path))?.[0] ?? '';
  const rank = (name: string): number => 2 * Number(name.endsWith(version)) + Number(name.startsWith('linux-image-'));
  const kernels = siblings
    .filter((name) => /^linux-(?:image|binary)-.*\.deb$/.test(name) && !/-dbg(?:sym)?_/.test(name))
    .toSorted((a, b) => rank(b) - rank(a));
  const [first] = kernels;
  return first === undefined
    ? 'name the package linux-image-RELEASE of the same build'
    : `name ${join(dirname(path), first)}`;
}
