import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatExpression } from './expression-parts.ts';
import { parseKconfig } from './parse-kconfig.ts';
import { readKconfig, splitKconfigLines } from './read-kconfig.ts';

function dependencyOf(kconfig: string, name: string): string | undefined {
  const definition = parseKconfig(splitKconfigLines(kconfig, 'Kconfig')).options.get(name)?.definitions[0];
  return definition && formatExpression(definition.dependsOn);
}

test('files are read through `source`, the architecture put in, absent ones passed over', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kconfig-'));
  await mkdir(join(dir, 'arch', 'x86'), { recursive: true });
  await writeFile(
    join(dir, 'Kconfig'),
    'if NET\nsource "arch/$(SRCARCH)/Kconfig"\nendif\nsource "none/Kconfig"\nconfig LAST\n\tbool\n\thelp\n\t  Its end.\n',
  );
  await writeFile(join(dir, 'arch', 'x86', 'Kconfig'), 'config X86\n\tdef_bool y\n\thelp\n\t  Ends with its file.');
  const { options } = parseKconfig(await readKconfig(dir));
  await rm(dir, { recursive: true });
  expect([...options.keys()]).toStrictEqual(['X86', 'LAST']);
  expect(options.get('X86')).toMatchObject({
    type: 'bool',
    definitions: [{ file: 'arch/x86/Kconfig', line: 1, dependsOn: { kind: 'symbol', name: 'NET' } }],
  });
});

test.each([
  ['depends on A && (B || !C)', '(A && (B || !C))'],
  ['depends on A=y || B != "x y" || C >= 10', '(A=y || B!=x y || C>=10)'],
  ['depends on $(success,test -n "$(shell,echo a)") && A', '($(success,test -n "$(shell,echo a)") && A)'],
  ['depends on A if B', '(!B || A)'],
  ['depends on A\n\tdepends on B # why', '(A && B)'],
  ['depends on A @ B', 'A @ B'],
])('%s', (text, expected) => {
  expect(dependencyOf(`config X\n\tbool "X"\n\t${text}\n`, 'X')).toBe(expected);
});

test('menus, choices and ifs hand their conditions down, and end', () => {
  const kconfig =
    'if A\nmenu "M"\n\tdepends on B\nchoice\n\tprompt "C"\n\tdepends on C\nconfig X\n\tbool "X"\n\tdepends on D\nendchoice\nendmenu\nendif\nconfig Y\n\tbool "Y"\n\tdepends on E\n';
  expect(dependencyOf(kconfig, 'X')).toBe('(A && B && C && D)');
  expect(dependencyOf(kconfig, 'Y')).toBe('E');
});

test("a comment's condition belongs to no option", () => {
  expect(dependencyOf('config X\n\tbool "X"\ncomment "needs A"\n\tdepends on A\n', 'X')).toBe('y');
});

test('definitions of one option add up', () => {
  const { options, selects } = parseKconfig(
    splitKconfigLines('config X\n\tbool "X"\n\tselect Y if Z\nconfig X\n\tdepends on A\n\tdefault y\n', 'Kconfig'),
  );
  expect(options.get('X')?.definitions).toHaveLength(2);
  expect(options.get('X')?.type).toBe('bool');
  expect(selects.get('Y')).toStrictEqual([{ by: 'X', condition: { kind: 'symbol', name: 'Z' } }]);
});
