import { expect, test } from 'vitest';
import type { MailHead } from '../../../orchestrator/model/series.ts';
import { renderHead } from './reply-head.ts';

const HEAD: MailHead = {
  subject: '[PATCH v2] pmem: fix',
  messageId: '<fix@example.org>',
  references: ['<first@example.org>', '<cover@example.org>'],
  from: { name: 'Pat Doe', address: 'pat@example.org' },
  to: [
    { name: '', address: 'pmem@lists.example.org' },
    { name: 'Pat', address: 'Pat@Example.org' },
  ],
  cc: [
    { name: 'Doe, Max', address: 'max@example.org' },
    { name: '', address: 'PMEM@lists.example.org' },
  ],
};

test('an answer goes to the author, with a copy to each of the others once, at the end of the thread', () => {
  expect(renderHead(HEAD, '').slice(0, 7)).toEqual([
    'Subject: Re: [PATCH v2] pmem: fix',
    'To: Pat Doe <pat@example.org>',
    'Cc: pmem@lists.example.org,',
    ' "Doe, Max" <max@example.org>',
    'In-Reply-To: <fix@example.org>',
    'References: <first@example.org>',
    ' <cover@example.org>',
  ]);
});

test('of a plain diff the subject alone is known', () => {
  expect(renderHead(undefined, 'fix.diff')[0]).toBe('Subject: Re: fix.diff');
});
