import { resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export type ExpandedPath =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly message: string; readonly remedy: string };

/**
 * `~`, `$VAR` and `${VAR}` expanded, `$$` a `$` itself, the rest taken from `baseDir`: an absolute path, or why there
 * is none.
 */
export function expandPath(text: string, baseDir: string, env: Environment): ExpandedPath {
  if (/^~[^/]/.test(text))
    return {
      ok: false,
      message: `${text.split('/')[0]} is not understood: only a "~" of one's own is`,
      remedy: 'write the path in full',
    };
  let unset: string | undefined;
  const expanded = text
    .replace(/^~(?=\/|$)/, '$HOME')
    .replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
      if (whole === '$$') return '$';
      const variable = braced ?? plain ?? '';
      // An empty variable would turn "$TREE/out" into a path from the root.
      const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
      if (value === undefined || value === '') unset ??= variable;
      return value ?? whole;
    });
  if (unset !== undefined)
    return {
      ok: false,
      message: `the environment variable ${unset} is not set`,
      remedy: `export ${unset}=…, or write the path in full`,
    };
  return { ok: true, path: resolve(baseDir, expanded) };
}
