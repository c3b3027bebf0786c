import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLOSE_TEST } from '../../orchestrator/model/cell.ts';
import { isLockClassList } from '../../orchestrator/model/lock-class-list.ts';
import { UNKNOWNS } from '../fold/outcomes.ts';
import type { RunSummary } from '../fold/summary.ts';
import type { LockClassList } from './kernel-differences.ts';

/**
 * The names of the lock classes that lockdep met in each cell, of the lists that its guests left as they were closed. A
 * cell without one is absent.
 */
export async function readLockClasses(
  runDir: string,
  { cells }: Pick<RunSummary, 'cells'>,
): Promise<ReadonlyMap<string, LockClassList>> {
  const lists = new Map<string, LockClassList>();
  for (const { id, tests } of cells) {
    const closes = tests.filter(({ name }) => name === CLOSE_TEST).flatMap(({ attempts }) => attempts);
    const files = closes.flatMap(({ artifacts }) => artifacts.filter(isLockClassList));
    const texts = await Promise.all(files.map(async (file) => readFile(join(runDir, file), 'utf8').catch(() => '')));
    const names = texts
      .flatMap((text) => text.split('\n'))
      .filter((name) => name !== '')
      .map(normalizeLockClass);
    if (names.length > 0)
      lists.set(id, {
        names: new Set(names),
        whole: closes.every(({ status }) => status === 'pass') && tests.every(({ outcome }) => !UNKNOWNS.has(outcome)),
      });
  }
  return lists;
}

/**
 * Without the marks of classes of one name: lockdep numbers them as it meets them (`#3`), and marks subclasses (`/1`).
 */
function normalizeLockClass(name: string): string {
  return name.replace(/(?:#\d+|\/\d+)+$/, '');
}
