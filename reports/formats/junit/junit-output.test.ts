import fc from 'fast-check';
import { parse } from 'junit2json';
import { expect, test } from 'vitest';
import { renderJunit } from './junit.ts';
import { JournalBuilder, makeCell } from '../../testing/make-journal.ts';

const CELL = 'debian-6.12/nvdimm/none/command';

interface Read {
  readonly attachments: readonly string[];
  readonly properties: readonly string[];
}

/**
 * What a dashboard takes from all texts of the test's own case: GitLab's expression for attachments, and the like for
 * properties.
 */
async function readTags(xml: string): Promise<Read> {
  const { testsuite } = (await parse(xml)) as { testsuite: { testcase: { name: string }[] }[] };
  const text = JSON.stringify(testsuite[0]?.testcase.find(({ name }) => name === 'command/run')).replaceAll(
    String.raw`\n`,
    '\n',
  );
  const find = (tag: string): readonly string[] =>
    Array.from(text.matchAll(new RegExp(String.raw`\[\[${tag}\|(.+?)\]\]`, 'g')), ([, found = '']) => found);
  return { attachments: find('ATTACHMENT'), properties: find('PROPERTY') };
}

function render({
  artifacts,
  message = 'm',
  evidence = 'e',
  name = 'command/run',
  signature,
}: {
  readonly artifacts: readonly string[];
  readonly message?: string;
  readonly evidence?: string;
  readonly name?: string;
  readonly signature?: string;
}): string {
  const journal = new JournalBuilder().start([makeCell(CELL, [name])]).boot(CELL);
  journal.test(CELL, name, {
    status: 'fail',
    message,
    evidence,
    artifacts,
    ...(signature !== undefined && { metrics: [{ name: signature, value: 1, unit: 'ns', better: 'lower' }] }),
  });
  return [...renderJunit(journal.summarize())].join('');
}

const CONSOLE = 'cells/debian-6.12_nvdimm_none_command/console.log';

test.each([
  'a]][[ATTACHMENT|/x/etc/passwd',
  'a]]b',
  '[[ATTACHMENT|x',
  'a|b',
  'a]',
  '[a',
  'a  b',
  ' a',
  'a\tb',
  '\u202ea',
])('the file %j is no attachment: its name would be read as something else', async (path) => {
  const { attachments, properties } = await readTags(render({ artifacts: [path] }));
  expect(attachments).toEqual([CONSOLE]);
  expect(properties.filter((property) => property.startsWith('artifact.'))).toHaveLength(2);
});

test.each(['cells/x/a[1].log', 'cells/runs[1]/a.log', 'cells/x/a=b.log', 'cells/x/a b.log', 'cells/x/größe.log'])(
  'the file %j is an attachment',
  async (path) => {
    expect((await readTags(render({ artifacts: [path] }))).attachments).toEqual([path, CONSOLE]);
  },
);

test('whatever a test names or prints, it adds no attachment and no property', async () => {
  const piece = fc.constantFrom(
    '[',
    ']',
    '[[',
    ']]',
    '|',
    '=',
    'ATTACHMENT|',
    'PROPERTY|',
    '[[ATTACHMENT|',
    '[[PROPERTY|',
    'a',
    '/',
    '\n',
    ' ',
    '<',
    '&',
    ']]>',
    '\u0000',
  );
  const words = fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(words, words, words, words, async (path, message, evidence, signature) => {
      const artifacts = [`cells/x/${path}`];
      const { attachments, properties } = await readTags(render({ artifacts, message, evidence, signature }));
      expect(attachments.every((found) => found === CONSOLE || found === artifacts[0])).toBe(true);
      expect(properties.map((property) => property.split('=')[0])).toEqual([
        'pmemrig.outcome',
        'artifact.1',
        'artifact.2',
        expect.any(String),
      ]);
    }),
  );
});
