import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { JournalBuilder, makeCell } from '../../reports/testing/make-journal.ts';
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

test('a rule is printed with what its test last saw, also if that passed', async () => {
  const runs = mkdtempSync(join(tmpdir(), 'pmemrig-explain-'));
  onTestFinished(() => rmSync(runs, { recursive: true }));
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  await explainCommand('dax/map-sync', { runs });
  expect(write.mock.calls.join('')).toContain("no run has tested it: pmemrig once --suite dax --test 'dax/map-sync/*'");

  const cell = 'debian-6.12/nvdimm/none/dax';
  const journal = new JournalBuilder()
    .start([makeCell(cell, ['dax/map-sync/ext4'])])
    .test(cell, 'dax/map-sync/ext4', { status: 'pass', message: 'mmap with MAP_SYNC granted' })
    .text();
  mkdirSync(join(runs, '20260301-100000-smoke'));
  writeFileSync(join(runs, '20260301-100000-smoke', 'events.jsonl'), journal);
  write.mockClear();
  await explainCommand('dax/map-sync/ext4', { runs });
  const printed = write.mock.calls.join('').replaceAll(/\s+/g, ' ');
  expect(printed).toContain('dax/map-sync/ext4: mmap with MAP_SYNC granted');
});
