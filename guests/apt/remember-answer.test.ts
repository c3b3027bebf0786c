import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { rememberAnswer } from './remember-answer.ts';

async function newMemo() {
  const dir = await mkdtemp(join(tmpdir(), 'answers-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const file = join(dir, 'apt', 'answers.json');
  let asked = 0;
  const ask = async (question: string, basis = 'index of today', says: string | undefined = `${question}!`) =>
    rememberAnswer({ file, basis, question, answer: z.string() }, async () => {
      asked += 1;
      return says;
    });
  return { file, ask, asked: () => asked };
}

test('a question is asked once, and others beside it keep their answers', async () => {
  const { ask, asked } = await newMemo();
  expect(await ask('linux-image-amd64')).toBe('linux-image-amd64!');
  expect(await ask('busybox-static')).toBe('busybox-static!');
  expect([await ask('linux-image-amd64'), await ask('busybox-static')]).toEqual([
    'linux-image-amd64!',
    'busybox-static!',
  ]);
  expect(asked()).toBe(2);
});

test('on another basis every question is asked again', async () => {
  const { ask, asked } = await newMemo();
  await ask('linux-image-amd64');
  expect(await ask('linux-image-amd64', 'index of tomorrow', 'newer')).toBe('newer');
  expect(await ask('linux-image-amd64', 'index of tomorrow')).toBe('newer');
  expect(asked()).toBe(2);
});

test('that there is nothing is asked each time', async () => {
  const { file, asked } = await newMemo();
  const ask = async () =>
    rememberAnswer({ file, basis: 'b', question: 'q', answer: z.string() }, async () => Promise.resolve(undefined));
  expect([await ask(), await ask(), asked()]).toEqual([undefined, undefined, 0]);
  await expect(readFile(file, 'utf8')).rejects.toThrow('ENOENT');
});

test.each(['', '{', '{"basis":"index of today","answers":{"linux-image-amd64":7}}'])(
  'a memo that says %j is none',
  async (text) => {
    const { file, ask, asked } = await newMemo();
    await ask('linux-image-amd64');
    await writeFile(file, text);
    expect(await ask('linux-image-amd64')).toBe('linux-image-amd64!');
    expect(asked()).toBe(2);
  },
);

test('where no memo can be kept, the answer is given all the same', async () => {
  const { file, ask, asked } = await newMemo();
  // A file where the folder belongs.
  await writeFile(dirname(file), '');
  expect([await ask('linux-image-amd64'), await ask('linux-image-amd64'), asked()]).toEqual([
    'linux-image-amd64!',
    'linux-image-amd64!',
    2,
  ]);
});
