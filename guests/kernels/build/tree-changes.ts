import { basename, dirname, extname, join } from 'node:path';
import { GUEST_ARCH } from '../../arch/architectures.ts';

/** One path of a source tree that is not what it was when the tree was last built. */
export interface TreeChange {
  readonly path: string;
  /** `retyped`: a link, a folder or a program became something else. */
  readonly how: 'changed' | 'added' | 'removed' | 'retyped';
}

export type Verdict =
  /** kbuild rebuilds what it must, once the files of `stale` are gone. */
  | { readonly kind: 'incremental'; readonly reconfigure: boolean; readonly stale: readonly string[] }
  /** kbuild might leave as it is what a whole build would make otherwise. */
  | { readonly kind: 'anew'; readonly reason: string };

/** What a changed makefile said before, and says now. */
export type MakefileTexts = (path: string) => { readonly before: string; readonly after: string };

const ARCH = `arch/${GUEST_ARCH.sourceFolder}`;
/** Nothing of a kernel's image is made of these. */
const UNBUILT =
  /^(?:Documentation|LICENSES|samples|tools\/testing)\/|(?:^|\/)(?:\.[^/]+|MAINTAINERS|CREDITS|COPYING|README)$|\.rst$/;
/** Programs and rules of the build itself. kbuild follows what they read, not all of what they are. */
const BUILD_ITSELF = [
  /^(?:scripts|tools|usr|certs|rust)\//,
  /^(?:Makefile|Kbuild)$/,
  new RegExp(`^${ARCH}/(?:Makefile[^/]*$|tools/)`),
];
const COMPILED = new Set(['.c', '.S']);

/**
 * Whether a tree that was built before can be built on after these changes. The objects of kbuild know their command
 * line, the headers that were read and the options that were asked for (scripts/basic/fixdep.c), so a change of what a
 * file holds is followed. They do not know the headers that were looked for and not found, nor rules that were typed
 * without `if_changed`.
 */
export function judgeChanges(
  changes: readonly TreeChange[],
  { namesakes, makefiles }: { readonly namesakes: ReadonlySet<string>; readonly makefiles: MakefileTexts },
): Verdict {
  const built = changes.filter(({ path }) => !UNBUILT.test(path) && !isOfAnotherArchitecture(path));
  for (const { path, how } of built) {
    const reason = reasonAgainst(path, how, namesakes, makefiles);
    if (reason !== undefined) return { kind: 'anew', reason };
  }
  return {
    kind: 'incremental',
    reconfigure: built.some(({ path }) => isKconfig(path)),
    stale: built
      .filter(({ how, path }) => how !== 'changed' && COMPILED.has(extname(path)))
      .flatMap(({ path }) => productsOf(path)),
  };
}

function reasonAgainst(
  path: string,
  how: TreeChange['how'],
  namesakes: ReadonlySet<string>,
  makefiles: MakefileTexts,
): string | undefined {
  if (how === 'retyped') return `${path} became a file of another kind`;
  if (BUILD_ITSELF.some((pattern) => pattern.test(path))) return `${path} is part of the build itself`;
  if (COMPILED.has(extname(path)) || isKconfig(path)) return undefined;
  if (extname(path) === '.h')
    return how === 'added' && namesakes.has(basename(path)) ? `${path} has the name of another header` : undefined;
  if (!isMakefile(path)) return `it is not known what is made of ${path}`;
  if (how !== 'changed') return undefined;
  const { before, after } = makefiles(path);
  const [had, has] = [rulesOf(before), rulesOf(after)];
  const at = Array.from({ length: Math.max(had.length, has.length) }).findIndex(
    (_, index) => had[index] !== has[index],
  );
  return at === -1 ? undefined : `${path} has another rule: ${(has[at] ?? had[at] ?? '').trim()}`;
}

/** Lists of objects, and flags: they are in the command lines that kbuild compares with those of the last build. */
const LISTS =
  /^\s*(?:#.*|(?:(?:obj|lib|subdir)-\S+|[\w-]+-(?:y|m|objs|\$\(CONFIG_\w+\))|(?:subdir-)?(?:cc|as|ld)flags-\S+|(?:CFLAGS|AFLAGS)_(?:REMOVE_)?[\w.-]+)\s*[:+]?=(?:(?!\$\((?:shell|wildcard)\b).)*|)$/;

/** All other lines of a makefile, in order. */
function rulesOf(makefile: string): readonly string[] {
  return makefile
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => !LISTS.test(line));
}

export function isMakefile(path: string): boolean {
  return /^(?:Makefile|Kbuild)$/.test(basename(path));
}

function isKconfig(path: string): boolean {
  return basename(path).startsWith('Kconfig');
}

function isOfAnotherArchitecture(path: string): boolean {
  // Tools and a few makefiles read headers of others.
  return path.startsWith('arch/') && path !== 'arch/Kconfig' && !path.startsWith(`${ARCH}/`) && extname(path) !== '.h';
}

/** What kbuild makes of `a/b.c`, and would keep when the file is gone. */
function productsOf(path: string): readonly string[] {
  const stem = basename(path, extname(path));
  const made = ['.o', '.ko', '.mod', '.mod.c', '.mod.o'].map((suffix) => `${stem}${suffix}`);
  return made.flatMap((name) => [name, `.${name}.cmd`]).map((name) => join(dirname(path), name));
}
