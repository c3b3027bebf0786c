/** What a module tree says of itself in `modules.dep` and `modules.builtin` (modules.dep(5)). */
export interface ModuleIndex {
  /** Module name → path relative to `/lib/modules/<release>`. */
  readonly paths: ReadonlyMap<string, string>;
  /** Module name → names of those it needs. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Names of what is in the kernel itself. */
  readonly builtin: ReadonlySet<string>;
}

/** The kernel treats `-` and `_` in module names alike, and lists its own with `_`. */
export function moduleName(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.ko(\.(xz|zst|gz))?$/, '')
    .replaceAll('-', '_');
}

export function parseModuleIndex(modulesDep: string, modulesBuiltin: string): ModuleIndex {
  const paths = new Map<string, string>();
  const needs = new Map<string, readonly string[]>();
  for (const line of modulesDep.split('\n')) {
    const match = /^([^:#\s]+):(.*)$/.exec(line);
    if (match?.[1] === undefined) continue;
    const name = moduleName(match[1]);
    paths.set(name, match[1]);
    needs.set(name, (match[2] ?? '').split(/\s+/).filter(Boolean).map(moduleName));
  }
  const builtin = new Set(modulesBuiltin.split('\n').filter(Boolean).map(moduleName));
  return { paths, needs, builtin };
}

/**
 * Paths to insert, each after all that it needs. What is built in or does not exist is left out:
 * only the booting kernel knows whether it can do without.
 */
export function insertionOrder(index: ModuleIndex, wanted: readonly string[]): string[] {
  const order = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const path = index.paths.get(name);
    if (path === undefined || seen.has(name)) return;
    seen.add(name);
    index.needs.get(name)?.forEach(visit);
    order.add(path);
  };
  wanted.forEach(visit);
  return [...order];
}
