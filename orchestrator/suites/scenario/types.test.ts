import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import { PACKAGE_ROOT } from '../../model/package-root.ts';

const TYPES = join(PACKAGE_ROOT, 'orchestrator/suites/scenario/child/scenario.d.ts');

/** What an editor complains of in a scenario. */
function check(source: string): string[] {
  // Within the package, where zx is found.
  const dir = mkdtempSync(join(PACKAGE_ROOT, 'node_modules/.types-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'x.scenario.mjs');
  writeFileSync(file, `/// <reference path="${TYPES}" />\n${source}`);
  const program = ts.createProgram([file], {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    types: ['node'],
    typeRoots: [join(PACKAGE_ROOT, 'node_modules/@types')],
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test('the first scenario of docs/scenarios.md is right by the types that editors get', () => {
  const doc = readFileSync(join(PACKAGE_ROOT, 'docs/scenarios.md'), 'utf8');
  const [, source = ''] = /^```js\n([^]*?)^```$/m.exec(doc) ?? [];
  expect(source).toContain('guest.powerCycle()');
  expect(check(`${source}\nexport {};`)).toEqual([]);
});

test('the types know what guest offers, and what it does not', () => {
  expect(check("await guest.plug({ kind: 'floppy', size: '1M' }); guest.explode(); export {};")).toEqual([
    expect.stringContaining('"floppy"'),
    expect.stringContaining("'explode'"),
  ]);
});
