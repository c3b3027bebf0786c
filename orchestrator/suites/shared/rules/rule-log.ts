import type { ArtifactStore } from '../../../model/artifact-store.ts';
import { openOutputFile } from '../output-file.ts';

/** What happened in a test, in order; written as it comes, so that it outlives a guest that dies or hangs. */
export interface RuleLog {
  readonly artifact: string;
  readonly add: (text: string) => void;
  /** Fulfils when all is kept, with the reason if it is not. */
  readonly close: () => Promise<string | undefined>;
}

export function openRuleLog(artifacts: ArtifactStore, name: string): RuleLog {
  const { artifact, stream } = artifacts.open(name);
  const file = openOutputFile(stream);
  return { artifact, add: (text) => file.write(Buffer.from(`${text}\n`)), close: async () => file.close() };
}
