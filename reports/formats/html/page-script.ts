import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageData } from '../../../orchestrator/model/package-data.ts';

/** The page's modules, each after those that it imports. */
const MODULES = ['state.js', 'match.js', 'filter.js', 'theme.js', 'reveal.js', 'main.js'];

/** What a page runs, and the hash by which its policy knows it. */
export interface PageScript {
  readonly code: string;
  /** As a source of a Content-Security-Policy: `'sha256-…'`. */
  readonly source: string;
}

let made: PageScript | undefined;

/**
 * The modules of `browser/` as one classic script that fits between `<script>` and `</script>`. They import nothing but
 * each other, so without their import and export words they are one scope; a bundler would do no more.
 */
export function pageScript(): PageScript {
  made ??= bundle(MODULES.map((name) => readFileSync(join(packageData('reports/formats/html/browser'), name), 'utf8')));
  return made;
}

function bundle(modules: readonly string[]): PageScript {
  const scope = modules
    .map((text) =>
      text
        .replaceAll(/^import .*\n/gm, '')
        .replaceAll(/^export /gm, '')
        .replaceAll(/\/\*\*[^]*?\*\/\n?/g, '')
        .replaceAll(/^\s*\n/gm, ''),
    )
    .join('');
  const code = `(() => {\n'use strict';\n${scope}})();\n`;
  return { code, source: `'sha256-${createHash('sha256').update(code).digest('base64')}'` };
}
