import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { findOwner, newOwnerMark } from './owner.ts';

test('what this process owns has a living owner', async () => {
  expect(await findOwner(await newOwnerMark())).toBe('alive');
});

test('a process that ended is gone', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  const mark = (await newOwnerMark()).split('-').with(2, String(child.pid));
  expect(await findOwner(mark.join('-'))).toBe('gone');
});

test.each([
  ['a later process with the same pid is not the owner', 3, '1', 'gone'],
  ['no process outlives a reboot', 0, '00000000', 'gone'],
  ['the processes of another container cannot be seen', 1, '1', 'unknown'],
] as const)('%s', async (_, field, value, expected) => {
  expect(await findOwner((await newOwnerMark()).split('-').with(field, value).join('-'))).toBe(expected);
});

test('a mark that is none belongs to nobody', async () => expect(await findOwner('dead')).toBe('gone'));
