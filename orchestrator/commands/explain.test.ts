import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../model/package-root.ts';
import { renderChecks } from '../suites/shared/rules/render-checks.ts';
import { ALL_RULES, explainCommand } from './explain.ts';

test('docs/checks.md says of every rule what its data say (pmemrig explain --markdown makes it)', () => {
  expect(readFileSync(join(PACKAGE_ROOT, 'docs', 'checks.md'), 'utf8')).toBe(renderChecks(ALL_RULES));
});

test('every rule says what it takes for it, where it comes from, where to look, and how it can be broken', () => {
  for (const { suite, rule } of ALL_RULES) {
    const texts = [rule.title, rule.rule, rule.source, rule.look, ...rule.rows.map(({ because }) => because)];
    expect(texts.every((text) => text.trim().length > 10)).toBe(true);
    expect([`${suite}/${rule.id}`, rule.mutations.length > 0 && rule.rows.length > 0]).toEqual([
      `${suite}/${rule.id}`,
      true,
    ]);
    expect(rule.rule).toMatch(/\.$/);
    for (const mutation of rule.mutations)
      if (mutation.by === 'kernel-patch')
        expect(existsSync(join(PACKAGE_ROOT, 'e2e', 'testdata', 'series', mutation.patch))).toBe(true);
    const cases = new Set(rule.cases ?? ['']);
    for (const { where } of rule.rows) for (const name of where?.cases ?? []) expect(cases).toContain(name);
    if (Array.isArray(rule.quick)) for (const name of rule.quick) expect(cases).toContain(name);
  }
  expect(new Set(ALL_RULES.map(({ suite, rule }) => `${suite}/${rule.id}`)).size).toBe(ALL_RULES.length);
});

test('a rule that is not there is refused with the nearest', async () => {
  await expect(explainCommand('dax/map-sink', {})).rejects.toMatchObject({
    name: 'UserError',
    message: 'no rule is named dax/map-sink',
    remedy: 'did you mean dax/map-sync? `pmemrig explain` lists all',
  });
});
