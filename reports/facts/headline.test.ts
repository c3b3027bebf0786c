import { expect, test } from 'vitest';
import { JournalBuilder } from '../testing/make-journal.ts';
import { describeEnding } from './headline.ts';

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
