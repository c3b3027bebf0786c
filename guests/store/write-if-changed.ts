import { readFile } from 'node:fs/promises';
import { writeWhole } from '../../orchestrator/model/write-whole.ts';

/** Writes a small file whole, unless it says the same already: then it keeps its times. */
export async function writeIfChanged(path: string, content: string): Promise<void> {
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found !== content) await writeWhole(path, content);
}
