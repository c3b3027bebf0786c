import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../orchestrator/model/package-root.ts';

const WORDS = /x86_64|bzImage|ttyS0/;
/** Where an architecture is described: its names for all, and its words for QEMU and the kernel's build. */
const HOME = /^(?:guests\/arch\/|orchestrator\/model\/architecture\.ts$)/;
const TESTS = /\.test\.ts$|\/testing\//;

/** Sources of the folders that are built, by their paths from the top. */
function listSources(): string[] {
  return ['guests', 'matrices', 'orchestrator', 'reports'].flatMap((folder) =>
    readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !TESTS.test(path))
      .map((path) => join(folder, path)),
  );
}

/** Lines of code that hold one of the words; comments may. */
function findSpellings(path: string, text: string): string[] {
  if (!WORDS.test(text)) return [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    if (children.length === 0 && WORDS.test(node.getText(source)))
      found.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`);
    children.forEach(visit);
  };
  visit(source);
  return found;
}

function readSpellings(path: string): string[] {
  return findSpellings(path, readFileSync(join(PACKAGE_ROOT, path), 'utf8'));
}

test('an architecture is spelled where it is described, and nowhere else in code', () => {
  const sources = listSources();
  expect(sources.filter((path) => !HOME.test(path)).flatMap(readSpellings)).toEqual([]);
  expect(sources.filter((path) => HOME.test(path)).flatMap(readSpellings)).not.toEqual([]);
});

test.each([
  ["const a = 'ttyS0';", 1],
  ['const a = `${b}/bzImage`;', 1],
  ['const a = /x86_64/;', 1],
  ['const bzImage = 1;', 1],
  ["// console=ttyS0\nconst a = ''; /** x86_64 */", 0],
])('%j is a spelling', (text, count) => expect(findSpellings('a.ts', text)).toHaveLength(count));
