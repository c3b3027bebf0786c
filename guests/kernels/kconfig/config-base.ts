/** A finished `.config` of another kernel. */
export interface WholeConfig {
  /** As messages name it: its path, or `debian/bookworm/amd64`. */
  readonly name: string;
  readonly text: string;
}

/**
 * What fragments are put on, at hand: as little as the kernel allows, the kernel's own default, or a whole `.config`.
 */
export type ConfigBase = 'tiny' | 'defconfig' | WholeConfig;
