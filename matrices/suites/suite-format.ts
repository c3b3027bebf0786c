import type * as z from 'zod';
import type { SuiteSpec } from '../../orchestrator/model/matrix.ts';
import type { Problem, ValuePath } from '../source/problem.ts';
import type { ToPath } from '../values/path-use.ts';
import type { Environment } from '../values/paths.ts';

/** A suite's entry as the file has it, past its schema. Each format knows its own further keys. */
export interface SuiteEntry {
  readonly name: string;
}

/** Names that suites offer for choice, in order, by the suites' kind: fio's jobs. */
export type OfferedNames = Readonly<Record<string, readonly string[]>>;

/** Where an entry stands, and what its format may ask. */
export interface SuiteEntryContext {
  /** The entry's place in the matrix. */
  readonly at: ValuePath;
  /** What the suite offers, see {@link OfferedNames}. */
  readonly offered: readonly string[];
}

export interface SuiteResolveContext extends SuiteEntryContext {
  readonly toPath: ToPath;
  readonly env: Environment;
}

/** One kind of suite in a matrix file: its keys, and what they become. A folder of `orchestrator/suites` runs it. */
export interface SuiteFormat<Entry extends SuiteEntry = SuiteEntry, Spec extends SuiteSpec = SuiteSpec> {
  /** Begins with `suiteKeys`. */
  readonly schema: z.ZodType<Entry>;
  /** Paths absolute, defaults filled in. Touches no file. */
  resolve(entry: Entry, context: SuiteResolveContext): Spec;
  /** What is wrong with an entry that its schema cannot show: names that the suite does not offer. */
  check?(entry: Entry, context: SuiteEntryContext): readonly Problem[];
  /** Adds what the files say that a spec names: `run.json` then has it all. Called once they are known to be there. */
  readFiles?(spec: Spec): Promise<Spec>;
}
