/** A warning of the compiler at a place in the kernel's tree. */
export interface CompilerWarning {
  /** From the top of the tree. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
}
