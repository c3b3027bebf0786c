import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GUEST_ARCHITECTURE } from '../../orchestrator/model/architecture.ts';
import type { Matrix } from '../../orchestrator/model/matrix.ts';
import { checkKernelPackage } from './check-kernel-package.ts';
import { readKernelImage } from './kernel-image.ts';
import type { Problem, ValuePath } from '../source/problem.ts';
import type { PathUse } from '../values/path-use.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

type Complaint = Omit<Problem, 'path'>;

/** Looks at every file that the matrix names: there, readable, of the right kind, and of one kernel version. */
export async function findFileProblems(matrix: Matrix, paths: readonly PathUse[]): Promise<Problem[]> {
  const lists = await Promise.all([
    ...paths.map(async ({ path, role, at }) => place(await checkPath(path, role), at)),
    ...matrix.kernels.map(async (kernel, index) =>
      kernel.kind === 'image' && kernel.modules !== undefined
        ? place(await checkRelease(kernel.image, kernel.modules), ['kernels', index, 'modules'])
        : [],
    ),
  ]);
  return lists.flat();
}

async function checkPath(path: string, role: PathUse['role']): Promise<Complaint | undefined> {
  try {
    const stats = await stat(path);
    await access(path, role === 'qemu' ? constants.X_OK : constants.R_OK);
    if (role === 'source')
      return stats.isDirectory()
        ? await checkSource(path)
        : { code: 'not-a-folder', message: `${path} is no folder`, remedy: 'name the top folder of a kernel source' };
    if (role === 'tree' && !stats.isDirectory())
      return {
        code: 'not-a-folder',
        message: `${path} is no folder`,
        remedy: 'for an archive write tarball:, for an ext4 image disk:',
      };
    if (
      ['qemu', 'kernel', 'deb', 'archive', 'tarball', 'disk', 'patch', 'config', 'file'].includes(role) &&
      !stats.isFile()
    )
      return { code: 'not-a-file', message: `${path} is no regular file` };
    const image = role === 'kernel' ? await readKernelImage(path) : undefined;
    if (image?.isKernel === false) {
      if (image.foreign)
        return { code: image.foreign.code, message: `${path} is ${image.foreign.what}`, remedy: image.foreign.remedy };
      return {
        code: 'not-a-kernel',
        message: `${path} is no kernel image: it has neither the ${GUEST_ARCHITECTURE.kernelImage} magic nor an ELF header`,
        remedy: `in a built tree the image is ${GUEST_ARCHITECTURE.kernelImagePath}`,
      };
    }
    if (role === 'deb') return await checkKernelPackage(path);
    if (role === 'modules' && (await findReleases(path)).length === 0) {
      return {
        code: 'no-modules',
        message: `${path} is no modules folder: neither it nor a folder in it holds modules.order`,
        remedy: 'name the lib/modules/RELEASE that make INSTALL_MOD_PATH=DIR modules_install writes',
      };
    }
  } catch (error) {
    return describeFsError(path, error);
  }
  return undefined;
}

async function checkSource(path: string): Promise<Complaint | undefined> {
  if (await exists(join(path, 'Kconfig'))) return undefined;
  return {
    code: 'not-a-source',
    message: `${path} is no kernel source: it has no Kconfig`,
    remedy: 'name the top folder of a kernel source, or with image: a kernel that is built',
  };
}

async function checkRelease(image: string, modules: string): Promise<Complaint | undefined> {
  try {
    const facts = await readKernelImage(image);
    const releases = await findReleases(modules);
    if (!facts.isKernel || facts.release === undefined || releases.length === 0 || releases.includes(facts.release))
      return undefined;
    return {
      code: 'modules-mismatch',
      message: `modules of another version: the image is ${facts.release}, the modules are ${releases.join(', ')}`,
      remedy: `install the modules of ${facts.release}, or leave "modules" out if all drivers are built in`,
    };
  } catch {
    // A path that can't be read is for checkPath to report.
    return undefined;
  }
}

/**
 * The releases of the module trees at `path`: itself, its folders, or those of `lib/modules` or `usr/lib/modules` in
 * it.
 */
async function findReleases(path: string): Promise<string[]> {
  const candidates = [
    path,
    ...(await entriesIn(path)),
    ...(await entriesIn(join(path, 'lib', 'modules'))),
    ...(await entriesIn(join(path, 'usr', 'lib', 'modules'))),
  ];
  const found = await Promise.all(
    candidates.map(async (candidate) => ((await isModuleTree(candidate)) ? [basename(candidate)] : [])),
  );
  return [...new Set(found.flat())];
}

/** depmod(8) writes `modules.dep`; the tree inside a package has `modules.order` and `kernel` alone. */
async function isModuleTree(path: string): Promise<boolean> {
  const marks = await Promise.all(['modules.dep', 'modules.order', 'kernel'].map((mark) => exists(join(path, mark))));
  return marks.includes(true);
}

async function entriesIn(path: string): Promise<string[]> {
  // Links to folders, too: a tree of modules may lie elsewhere.
  const names = await readdir(path).catch((): string[] => []);
  return names.map((name) => join(path, name));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export function describeFsError(path: string, error: unknown): Complaint {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return {
      code: 'no-such-file',
      message: `no such file or folder: ${path}`,
      remedy: 'check the path; relative paths count from the matrix file',
    };
  if (code === 'EACCES' || code === 'EPERM')
    return {
      code: 'no-permission',
      message: `no permission: ${path}`,
      remedy: 'check the owner and mode of the file and the folders above it',
    };
  if (code === 'EISDIR') return { code: 'not-a-file', message: `${path} is a folder`, remedy: 'name the file in it' };
  return {
    code: 'unreadable',
    message: `cannot read ${path}: ${messageOf(error)}`,
  };
}

function place(complaint: Complaint | undefined, path: ValuePath): Problem[] {
  return complaint ? [{ ...complaint, path }] : [];
}
