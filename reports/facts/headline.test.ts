import { expect, test } from 'vitest';
import { present } from '../../orchestrator/model/present.ts';
import { JournalBuilder } from '../testing/make-journal.ts';
import { describeEnding, describeGuests } from './headline.ts';

test.each([
  [{ reason: 'interrupted' }, 'The run was interrupted.'],
  [
    { reason: 'user', message: 'no release is known as bokworm; fix: did you mean bookworm?' },
    'The run stopped for an error in its input: no release is known as bokworm; fix: did you mean bookworm?',
  ],
  [{ reason: 'infra', message: 'the disk is full' }, 'The rig gave up: the disk is full.'],
] as const)('how a run ended is a sentence with one stop: %o', (end, sentence) => {
  expect(
    describeEnding(
      new JournalBuilder()
        .start([])
        .add({ type: 'run-end', ...end })
        .summarize(),
    ),
  ).toBe(sentence);
});

const GUEST = { cell: 'c', accelerator: 'tcg', kernelRelease: '6.1', bootMs: 1, console: 'c' };

test.each<[words: string, templates: (string | undefined)[]]>([
  ['0 guests booted', []],
  ['1 guest booted', [undefined]],
  ['1 guest forked', ['a']],
  ['2 guests booted, 1 forked', [undefined, 'a', undefined]],
])('%s', (words, templates) => {
  const guests = templates.map((template, index) => ({ ...GUEST, guest: index + 1, ...present({ template }) }));
  expect(describeGuests(guests)).toBe(words);
});
