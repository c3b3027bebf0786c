import { GUEST_ARCHITECTURE } from '../../../orchestrator/model/architecture.ts';
/**
 * Why a build failed. `error` is the kernel's own; the two `config-…` are files that the configuration names and no
 * source has; the others are the host's.
 */
export type FailureKind =
  | 'killed'
  | 'no-memory'
  | 'disk-full'
  | 'cannot-write'
  | 'no-tool'
  | 'no-library'
  | 'not-executable'
  | 'crashed'
  | 'config-file'
  | 'config-certificate'
  | 'error';

/** What the build's programs print for one kind of failure. */
export interface FailureWords {
  readonly kind: FailureKind;
  /** A named group holds the program, header or library that is missing or failed. */
  readonly pattern: RegExp;
}

/** A compiler's line about a place in a source file. */
export const DIAGNOSTIC =
  /^(?:\.\/)?(?<file>[^\s:][^:]*):(?<line>\d+)(?::\d+)?: (?<severity>fatal error|error|warning): (?<text>.*)$/;
/** A command of the build, as Kbuild prints it: `  CC [M]  drivers/nvdimm/core.o`. */
export const PROGRESS = /^ {2}[A-Z][A-Z0-9_]*(?: (?:\[\w\]|[A-Z]))? +\S/;
/** A line of make's own, at any level. */
export const MAKE_LINE = /^\S*make(?:\[\d+\])?: /;
/** Lines that belong to the error after them: where the compiler was, and what included what. */
export const CONTEXT =
  /^(?:In file included|\s+from |during \w+ pass: )|: (?:In function|In member|At top level|in function|Assembler messages)|^at \S+\.c:\d+:$/;
/** A compiler's quotation of the source: `   12 |   nope();`. Its text is the kernel's, not a program's message. */
export const EXCERPT = /^\s*\d* \|/;

/**
 * What the kernel's own tools are compiled with, after Documentation/process/changes.rst, and the C library below it.
 */
const HOST_HEADER = String.raw`(?:openssl/|libelf|gelf\.h|elf\.h|elfutils/|dwarf\.h|gcc-plugin\.h|bversion\.h|gmp\.h|mpfr\.h|mpc\.h|zlib\.h|zstd\.h|lzma\.h|n?curses\.h|yaml\.h|std\w+\.h|sys/|bits/|gnu/|unistd\.h)[^:']*`;
/** Where those tools lie; a driver that includes such a header is the kernel's mistake. */
const HOST_PROGRAM = String.raw`^(?:\./)?(?:scripts|tools|certs|usr|arch/${GUEST_ARCHITECTURE.sourceFolder}/tools|/usr)/\S*`;
/** The kernel's Makefiles of libelf and the like. */
const PLEASE_INSTALL = /[Pp]lease install '?(?<package>[\w.+-]+)/;
/** A compiler or binutils, as they name themselves. */
const COMPILER = String.raw`(?:\S*[-/])?(?:gcc|g\+\+|cc1\w*|as|ld[.\w]*|collect2|clang|rustc)(?:-\d+)?`;

/**
 * Any line of these, however late, explains what else went wrong: an assembler whose compiler was killed complains of
 * half a file.
 */
export const WORDS_OF_THE_HOST: readonly FailureWords[] = [
  {
    kind: 'killed',
    pattern:
      /Killed signal terminated program|fatal error: Killed signal|terminated with signal 9\b|unable to execute command: (?:Killed|Terminated)|\(signal: 9|\bsignal: Killed\b|^(?:\S+: line \d+: +\d+ )?(?:Killed|Terminated)(?:$| {3,})/,
  },
  {
    kind: 'no-memory',
    pattern:
      /(?:^|: |^LLVM ERROR: )(?:virtual memory exhausted|memory exhausted|[Oo]ut of memory|Cannot allocate memory|Resource temporarily unavailable|memory allocation of \d+ bytes failed)\b/,
  },
  { kind: 'disk-full', pattern: /(?:^|[:'(] ?)(?:No space left on device|Disk quota exceeded)\b/ },
  {
    kind: 'cannot-write',
    pattern: /(?:^|[:'(] ?)(?:Read-only file system|Input\/output error|I\/O error|Too many open files)\b/,
  },
];

/** Above make's `***` they are the cause, the first kind before the later ones. */
export const WORDS_OF_A_CAUSE: readonly FailureWords[] = [
  {
    kind: 'no-tool',
    pattern:
      /error:? trying to exec '(?<exec>[^']+)'|cannot execute [‘'](?<driver>[^’']+)[’']|cannot find '(?<binutils>ld|as)'|unable to execute command: Executable "(?<clang>[^"]+)" doesn't exist|invalid linker name in argument '(?<linker>[^']+)'|Could not find compiler "(?<ccache>[^"]+)"|execute_noreturn of (?<noreturn>\S+)|\b(?<btf>pahole)\b.* is not available/,
  },
  {
    kind: 'no-library',
    pattern: new RegExp(
      `${HOST_PROGRAM}: fatal error: '?(?<header>${HOST_HEADER})|cannot find -l(?<ld>[^\\s:]+)|unable to find library -l(?<lld>\\S+)|Unable to find (?<clang>libclang)|^Can't locate (?<perl>\\S+\\.pm)|^ModuleNotFoundError: No module named '(?<python>[^']+)'|${PLEASE_INSTALL.source}`,
    ),
  },
  {
    kind: 'crashed',
    pattern: new RegExp(
      `internal compiler error|^${COMPILER}: .*(?:terminated with signal|terminated program|frontend command failed|unable to execute command|internal error)|the compiler unexpectedly panicked|^LLVM ERROR: |^ccache: error: `,
    ),
  },
  { kind: 'config-certificate', pattern: /SSL error:.*No such file or directory/ },
  {
    kind: 'error',
    pattern: new RegExp(
      [
        String.raw`^[^\s:][^:]*:\d+(?::\d+)?: (?:fatal )?error: `,
        // The assembler, the compilers' drivers, the linkers.
        String.raw`^\S.*?:(?:\d+:)? (?:Fatal )?[Ee]rror: (?!ld returned|linker command failed|aborting)`,
        String.raw`^(?:\S*[-/])?ld(?:\.\w+)?: (?!NOTE|.*\bwarning: )`,
        'undefined reference to|multiple definition of',
        // modpost, objtool, resolve_btfids, pahole, dtc.
        String.raw`^(?:ERROR|FATAL): |\berror: objtool|^FAILED: |^Failed to generate BTF|^FATAL ERROR: |^ERROR \(\w+\): |^Error: \S+:\d+`,
        // rustc, bindgen, kconfig.
        String.raw`^error(?:\[E\d+\])?: (?!aborting|could not compile)|Unable to generate bindings|^thread '.*' panicked at|^\S*Kconfig\S*:\d+: `,
      ].join('|'),
    ),
  },
];

/** They decide only next to make's `***`: a script may call a program, miss it, and do without. */
export const WORDS_OF_A_LAST_LINE: readonly FailureWords[] = [
  {
    kind: 'no-tool',
    pattern: new RegExp(
      [
        // The shells: dash, bash, busybox, mksh.
        String.raw`^\S+: (?:line )?(?:\d+: )?(?<shell>[^\s:]+): (?:command |inaccessible or )?not found$`,
        // bash, of a file of the tree: it is not there, or its interpreter is not.
        String.raw`^\S+: line \d+: (?<tree>(?:\.\.?|scripts|tools|arch|usr|certs)\/[^\s:]+): (?:No such file or directory|cannot execute: required file not found)$`,
        String.raw`^\S*env: (?:can't execute )?[‘'"]?(?<env>[^\s’'":]+)[’'"]?: No such file or directory$`,
        String.raw`^\S*make(?:\[\d+\])?: (?<make>[^\s:*]+): (?:No such file or directory|Command not found)$`,
        String.raw`: (?<interpreter>[^\s:]+): bad interpreter: `,
      ].join('|'),
    ),
  },
  { kind: 'not-executable', pattern: /: (?<program>[^\s:]+): (?:Permission denied|cannot execute|Exec format error)/ },
  {
    kind: 'crashed',
    pattern:
      /^(?:\S+: line \d+: +\d+ )?(?:Segmentation fault|Bus error|Illegal instruction|Aborted|Floating point exception)(?: +\(core dumped\))?(?: +(?<program>\S+))?/,
  },
];

/**
 * Make's own refusals that are not the kernel's fault. Outside the tree, and below `certs` and `debian`, only the
 * configuration names files.
 */
export const REFUSED: readonly FailureWords[] = [
  { kind: 'no-library', pattern: PLEASE_INSTALL },
  { kind: 'no-library', pattern: /No rule to make target '(?<file>\/usr\/(?:lib|include)\/[^']+)'/ },
  {
    kind: 'config-file',
    pattern: /No rule to make target '(?<file>\/[^']+|(?:certs|debian)\/[^']+|[^']+\.(?:pem|x509|crt|der))'/,
  },
];
