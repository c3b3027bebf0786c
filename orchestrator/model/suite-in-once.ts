import type { UserError } from './errors.ts';
import type { PackageSet } from './matrix.ts';

/** The flags of a one-shot run (`pmemrig once`, `shell`) that suites care about. */
export interface OnceFlags {
  /** For each device, as it was typed. */
  readonly size: string;
  /** The suites that `--suite` names. */
  readonly suite?: readonly string[];
  /** Of suites that have one, only the quick part. */
  readonly quick?: boolean;
  /** Group expressions of xfstests. */
  readonly group?: readonly string[];
  /** Names of tests, and globs over them. */
  readonly test?: readonly string[];
  /** What figures fio gives; absent: times. */
  readonly measure?: string;
}

/** Tests of one suite among those of `--test`. */
export interface OnceTests {
  /** As the suite itself calls them: `generic/413`, see {@link SuiteInOnce.ownsTest}. */
  readonly alone: readonly string[];
  /** Typed with the suite's name before them, which is cut off here. */
  readonly prefixed: readonly string[];
}

/** What is known of the kernel of a one-shot run before anything is prepared. */
export interface OnceKernel {
  /** Its configuration's words, if the rig builds it. */
  readonly builtWith?: readonly string[];
  /** Path of a kernel image. */
  readonly image?: string;
  /** Reads the configuration that its package holds, if it comes as a package. */
  readonly readPackageConfig?: () => Promise<string | undefined>;
}

/** The file systems that have a name on the command line. */
export type OnceFilesystem = 'ext4-dax' | 'xfs-dax' | 'ext4' | 'xfs' | 'none';

/** A device of the matrix, as a plain value. */
export type OnceDevice = Readonly<Record<string, string>>;

/** A suite's part in a run whose matrix is composed of flags. A suite without it runs if `--suite` names it. */
export interface SuiteInOnce {
  /** It runs where nothing says which suites do. */
  readonly isStandard?: true;
  /**
   * Why it runs beside the standard ones on such a kernel: `/boot/config-6.1 has PROVE_LOCKING`.
   * @param isAllPmem no chosen topology is a plain disk
   */
  joins?(kernel: OnceKernel, isAllPmem: boolean): Promise<string | undefined>;
  /** A word on how to run it, where it could but is not standard. */
  hint?(env: NodeJS.ProcessEnv): string | undefined;
  /** Its entry has keys that must be given: the name in a `--test` expression does not choose it. */
  readonly isNeverImplied?: true;
  /** Whether `--test` names one of its tests by this word alone, without the suite's name before it. */
  ownsTest?(word: string): boolean;
  /** Whether the flags choose it, though they do not name it. */
  isChosen?(flags: OnceFlags, tests: OnceTests): boolean;
  /** What is wrong with the flags if it does not run: one is for this suite alone. */
  refuseIdle?(flags: OnceFlags, tests: OnceTests): UserError | undefined;
  /** The keys of its entry in the matrix beside its name. */
  keys?(flags: OnceFlags, tests: OnceTests): Readonly<Record<string, unknown>>;
  /** The flag that a key of its entry comes from, for errors. */
  readonly flagOf?: Readonly<Record<string, keyof OnceFlags>>;
  /**
   * Where no file system is chosen: on devices that can do DAX, and on others. Absent: ext4-dax, and no file system.
   */
  readonly filesystem?: { readonly onDax: OnceFilesystem; readonly elsewhere: OnceFilesystem };
  /** The devices of its topology, made of the one that was chosen; absent: that one. */
  devices?(one: OnceDevice, flags: OnceFlags): readonly OnceDevice[];
  /** What the image must have. */
  readonly packageSets?: readonly PackageSet[];
}
