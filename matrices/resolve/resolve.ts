import type {
  FilesystemSpec,
  ImageSpec,
  KernelSpec,
  Matrix,
  SelectRule,
  SuiteSpec,
} from '../../orchestrator/model/matrix.ts';
import type { KnownProblem } from '../../orchestrator/model/known-problem.ts';
import { expandPath } from '../values/paths.ts';
import type { Environment } from '../values/paths.ts';
import type { Problem, ValuePath } from '../source/problem.ts';
import type { PathUse, ToPath } from '../values/path-use.ts';
import { resolveSourceKernel } from './resolve-source.ts';
import type { MatrixInput } from '../schema/schema.ts';
import type { OfferedNames } from '../suites/suite-format.ts';
import { formatOf } from '../suites/suite-formats.ts';
import { present } from '../../orchestrator/model/present.ts';

export interface ResolveContext {
  /** What relative paths are relative to. */
  readonly baseDir: string;
  readonly env: Environment;
  readonly offered: OfferedNames;
}

export interface Resolved {
  readonly matrix: Matrix;
  readonly paths: readonly PathUse[];
  readonly problems: readonly Problem[];
}

/** From what the file says to what the rig works with: paths absolute, kinds explicit. Touches no file. */
export function resolveMatrix(input: MatrixInput, context: ResolveContext): Resolved {
  const problems: Problem[] = [];
  const paths: PathUse[] = [];
  const toPath: ToPath = (text, role, at) => {
    const expanded = expandPath(text, context.baseDir, context.env);
    if (!expanded.ok) {
      problems.push({ code: 'bad-path', message: expanded.message, remedy: expanded.remedy, path: at });
      return text;
    }
    paths.push({ path: expanded.path, role, at });
    return expanded.path;
  };
  const matrix: Matrix = {
    name: input.name,
    ...(input.qemu === undefined ? {} : { qemu: toPath(input.qemu, 'qemu', ['qemu']) }),
    guest: {
      cpus: input.guest.cpus,
      memoryBytes: input.guest.memory,
      append: input.guest.append,
      ...(input.guest.boot !== 'auto' && { boot: input.guest.boot }),
    },
    kernels: input.kernels.map((kernel, index) => resolveKernel(kernel, ['kernels', index], toPath)),
    images: input.images.map((image, index) => resolveImage(image, ['images', index], toPath)),
    pmem: input.pmem.map(({ name, devices }) => ({ name, devices })),
    filesystems: input.filesystems.map(resolveFilesystem),
    suites: input.suites.map((suite, index) => resolveSuite(suite, ['suites', index], toPath, context)),
    include: input.include.map(resolveRule),
    exclude: input.exclude.map((rule) => ({ ...resolveRule(rule), reason: rule.reason })),
    known: input.known.map(resolveKnown),
  };
  return { matrix, paths, problems };
}

function resolveKernel(kernel: MatrixInput['kernels'][number], at: ValuePath, toPath: ToPath): KernelSpec {
  const { name, debian, image, modules, deb, archive } = kernel;
  if (debian) return { kind: 'debian', name, ...debian };
  if (deb !== undefined) return { kind: 'package', name, path: toPath(deb, 'deb', [...at, 'deb']) };
  if (archive !== undefined) return { kind: 'package', name, path: toPath(archive, 'archive', [...at, 'archive']) };
  if (kernel.source) return resolveSourceKernel({ ...kernel, source: kernel.source }, at, toPath);
  return {
    kind: 'image',
    name,
    // The schema wants exactly one of `debian`, `deb`, `archive`, `image` and `source`.
    image: toPath(image ?? '', 'kernel', [...at, 'image']),
    ...(modules === undefined ? {} : { modules: toPath(modules, 'modules', [...at, 'modules']) }),
  };
}

function resolveImage(
  { name, debian, ...given }: MatrixInput['images'][number],
  at: ValuePath,
  toPath: ToPath,
): ImageSpec {
  if (debian) {
    const { sets, ...rest } = debian;
    return { kind: 'debian', name, ...rest, ...present({ sets }) };
  }
  const kind = (['tree', 'tarball', 'disk'] as const).find((key) => given[key] !== undefined) ?? 'tree';
  return { kind, name, path: toPath(given[kind] ?? '', kind, [...at, kind]) };
}

function resolveFilesystem({ name, type, mount, mkfs }: MatrixInput['filesystems'][number]): FilesystemSpec {
  return { name, type, mountOptions: mount ?? '', mkfsOptions: mkfs ?? [] };
}

function resolveSuite(
  suite: MatrixInput['suites'][number],
  at: ValuePath,
  toPath: ToPath,
  { offered, env }: ResolveContext,
): SuiteSpec {
  return formatOf(suite.kind).resolve(suite, { at, toPath, env, offered: offered[suite.kind] ?? [] });
}

function resolveKnown({
  signature,
  title,
  reason,
  link,
  kernels,
  expires,
}: MatrixInput['known'][number]): KnownProblem {
  return {
    reason,
    ...present({ signature, title, link, kernels, expires }),
  };
}

function resolveRule(rule: MatrixInput['include'][number]): SelectRule {
  return {
    ...present({
      kernel: rule.kernel,
      image: rule.image,
      pmem: rule.pmem,
      filesystem: rule.filesystem,
      suite: rule.suite,
    }),
  };
}
