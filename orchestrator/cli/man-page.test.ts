import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { findCommand } from '../host/find-command.ts';
import { listVerbs, renderManPage } from './man-page.ts';
import { program } from './program.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-man-'));
const file = join(dir, 'pmemrig.1');
writeFileSync(file, renderManPage(program));
afterAll(() => rmSync(dir, { recursive: true }));

const hasMan = findCommand('man') !== undefined;
const hasGroff = findCommand('groff') !== undefined;
const skipped = (has: boolean, name: string): string => (has ? '' : ` (skipped: no ${name} on this host)`);

test.skipIf(!hasGroff)(`groff finds nothing to warn of${skipped(hasGroff, 'groff')}`, async () => {
  const { all } = await execa('groff', ['-man', '-ww', '-z', '-Tutf8', file], { all: true });
  expect(all).toBe('');
});

test.skipIf(!hasMan)(`man shows all verbs and flags, without a warning${skipped(hasMan, 'man')}`, async () => {
  const env = { LC_ALL: 'C.UTF-8', MANWIDTH: '1000', MANROFFSEQ: '', MAN_KEEP_FORMATTING: '' };
  const { stdout, stderr } = await execa('man', ['--warnings', '-E', 'UTF-8', '-P', 'cat', '-l', file], { env });
  expect(stderr).toBe('');
  for (const { name, verb } of listVerbs(program)) {
    const [, part = ''] = stdout.split(`\n${name.toUpperCase()}\n`);
    const [section = ''] = part.split(/\n(?=\S)/);
    const flags = verb.options.flatMap(({ long }) => long ?? []);
    expect({ name, missing: flags.filter((flag) => !section.includes(flag)) }).toEqual({ name, missing: [] });
  }
  expect(stdout).toContain('\n       --filter <glob>\n');
  expect(stdout).toContain("pmemrig run matrices/smoke.yaml --filter '*/virtio-pmem/**' --retries 1");
});

test('no line of the help is read as a request', () => {
  const requests = [...renderManPage(program).matchAll(/^[.'].*/gm)].map(([line]) => line);
  expect(requests.filter((line) => !/^\.(?:\\"|TH|SH|TP$|PP$|nf$|fi$|sp$)/.test(line))).toEqual([]);
});

test('npm links the page: it takes a list alone', () => {
  expect(manifest.man).toEqual(['./dist/pmemrig.1']);
});
