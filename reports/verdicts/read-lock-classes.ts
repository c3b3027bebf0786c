import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLOSE_TEST } from '../../orchestrator/model/cell.ts';
import { isLockClassList } from '../../orchestrator/model/lock-class-list.ts';
import type { RunSummary } from '../summary.ts';

/** The names of the lock classes that lockdep met in each cell, of the lists that its guests left as they were closed. A cell without one is absent. */
export async function readLockClasses(runDir: string, { cells }: Pick<RunSummary, 'cells'>): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const lists = new Map<string, ReadonlySet<string>>();
  for (const { id, tests } of cells) {
    const files = tests.filter(({ name }) => name === CLOSE_TEST).flatMap(({ attempts }) => attempts.flatMap(({ artifacts }) => artifacts.filter(isLockClassList)));
    const texts = await Promise.all(files.map(async (file) => readFile(join(runDir, file), 'utf8').catch(() => '')));
    const names = texts.flatMap((text) => text.split('\n')).filter((name) => name !== '').map(normalizeLockClass);
    if (names.length > 0) lists.set(id, new Set(names));
  }
  return lists;
}

/** Without what tells classes of one name apart: lockdep numbers them as it meets them (`#3`), and marks subclasses (`/1`). */
function normalizeLockClass(name: string): string {
  return name.replace(/(?:#\d+|\/\d+)+$/, '');
}
