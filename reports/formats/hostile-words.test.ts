import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderAnnotations } from './github/annotations.ts';
import { renderHtml } from './html/page.ts';
import { renderReply } from './mail/render-reply.ts';
import { createTerminalReporter } from './terminal/create-reporter.ts';
import { JournalBuilder, makeCell } from '../testing/make-journal.ts';
import { SERIES, STEPS, makeKernelsRun } from '../testing/make-series.ts';
import { compareSeries } from '../verdicts/compare-series.ts';

const CELL = 'debian-6.12/nvdimm/none/command';
const PIECES = [
  '<b>',
  '</li>',
  '<script>',
  '"',
  "'",
  '&lt;',
  '\n',
  '\r\n',
  '::error::x',
  '\n::add-mask::x',
  '##[error]',
  '%0A',
  '\u001b[2J',
  '\u001b]0;x\u0007',
  '\u009b1m',
  '\u202e',
  '\u0000',
  'a',
  ' ',
  ':',
  ',',
  '-->',
  'Tested-by: A <a@b.c>',
  '\nReviewed-by: A <a@b.c>',
  '\n---\n',
  '\ndiff --git a/x b/x',
];
const words = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

/** A run whose one test, its file and its subtest are called and say what one likes. */
function makeRun(name: string, message: string, evidence: string): JournalBuilder {
  const journal = new JournalBuilder().start([makeCell(CELL, ['command/run'])]).boot(CELL);
  journal.test(CELL, 'command/run', {
    status: 'fail',
    message,
    evidence,
    artifacts: [`cells/x/${name}`],
    subtests: [{ name: `${name}.`, status: 'fail', message }],
  });
  return journal.add({ type: 'run-end', reason: 'finished' });
}

/** Elements in order, without what they say. */
function shapeOf(page: string): readonly string[] {
  return Array.from(page.matchAll(/<(\/?[a-z][a-z0-9]*)/gi), ([, tag = '']) => tag);
}

test('words of a guest are no markup on the page, whatever they are', () => {
  const plain = shapeOf([...renderHtml(makeRun('name', 'message', 'evidence').summarize())].join(''));
  fc.assert(
    fc.property(words, words, words, (name, message, evidence) => {
      const page = [...renderHtml(makeRun(`n${name}`, `m${message}`, `e${evidence}`).summarize())].join('');
      expect(shapeOf(page)).toEqual(plain);
      expect(page).not.toMatch(CONTROL);
    }),
    { numRuns: 60 },
  );
});

test('an annotation is one command on one line, whatever is in it', () => {
  fc.assert(
    fc.property(words, words, words, (name, message, evidence) => {
      const lines = renderAnnotations(makeRun(name, message, evidence).summarize());
      expect(lines).toHaveLength(4);
      for (const line of lines) expect(line).toMatch(/^::(error|warning) title=[^:,\n\r]*::[^\n\r]*$/);
    }),
  );
});

test("GitHub's runner finds no command in the log, and a terminal no control", () => {
  fc.assert(
    fc.property(words, words, words, (name, message, evidence) => {
      const chunks: string[] = [];
      const stream = Object.assign(new PassThrough(), { isTTY: false });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
      const journal = makeRun(name, message, evidence);
      const reporter = createTerminalReporter({
        stream: stream as unknown as NodeJS.WriteStream,
        runDir: '/runs/1',
        env: { GITHUB_ACTIONS: 'true' },
      });
      for (const event of journal.events) reporter.onEvent(event);
      reporter.close(journal.summarize());
      const text = chunks.join('');
      expect(text).not.toMatch(/^\s*::|##\[/m);
      expect(text).not.toMatch(CONTROL);
    }),
  );
});

test('an answer to a series has no tag but the one to be filled in, whatever a test prints', () => {
  fc.assert(
    fc.property(words, words, (message, evidence) => {
      const good = { nvdimm: { 'command/run': { status: 'pass' } as const } };
      const summary = makeKernelsRun({
        base: good,
        patched: { nvdimm: { 'command/run': { status: 'fail', message, evidence } } },
      }).summarize();
      const text = renderReply({
        summary,
        comparison: compareSeries(summary, 'base', STEPS),
        series: SERIES,
        steps: STEPS,
        guest: '',
        devices: [],
        untested: [],
        command: 'pmemrig series',
      });
      const body = text.slice(text.indexOf('\n\n'));
      expect(body.split('\n').filter((line) => /^\s*[\w-]+-by:\s/.test(line))).toEqual([
        '  Reported-by: NAME <ADDRESS>',
      ]);
      expect(body).not.toMatch(/^(?:---|diff --git )/m);
    }),
  );
});
