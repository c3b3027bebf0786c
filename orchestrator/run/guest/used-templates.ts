import { join } from 'node:path';
import type { Cell } from '../../model/cell.ts';
import { bootKey } from '../../plan/boot-groups.ts';

/** The templates from which guests of a run were forked, by what else those guests were made of. */
export interface UsedTemplates {
  add(cell: Cell, template: string): void;
  /** Entries of the cache from which guests that a cell may have had were forked. */
  of(cell: Cell): readonly string[];
}

export function rememberTemplates(): UsedTemplates {
  const used = new Map<string, Set<string>>();
  return {
    add: (cell, template) => {
      const key = bootKey(cell);
      used.set(key, (used.get(key) ?? new Set()).add(join('templates', template)));
    },
    of: (cell) => [...(used.get(bootKey(cell)) ?? [])],
  };
}
