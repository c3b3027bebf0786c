import { expect, test } from 'vitest';
import { createConsoleFeed } from './console-feed.ts';

/** Keeps what it hears. */
function listener() {
  const heard: string[] = [];
  return {
    push: (chunk: Uint8Array) => void heard.push(Buffer.from(chunk).toString()),
    end: () => void heard.push('<end>'),
    text: () => heard.join(''),
  };
}

const OLD = '[  117.528077] kexec_core: Starting new kernel\n';
const NEW = '[    0.000000] Linux version 6.1.0\n[    0.000000] Command line: console=ttyS0\n';

test.each([1, 2, 7, 1000])('a boot that the guest begins is heard from its first line on, in chunks of %i', (size) => {
  const [before, after] = [listener(), listener()];
  const feed = createConsoleFeed(before);
  feed.push(Buffer.from('first words\n'));
  feed.turnAtBoot(after);
  const bytes = Buffer.from(`${OLD}${NEW}half`);
  for (let at = 0; at < bytes.length; at += size) feed.push(bytes.subarray(at, at + size));
  feed.end();
  expect([before.text(), after.text()]).toEqual([`first words\n${OLD}<end>`, `${NEW}half<end>`]);
});

test('without a boot the listener before hears all, and both end', () => {
  const [before, after] = [listener(), listener()];
  const feed = createConsoleFeed(before);
  feed.turnAtBoot(after);
  feed.push(Buffer.from('Kernel panic\nhalf a li'));
  feed.push(Buffer.from('x'.repeat(2 ** 16)));
  feed.push(Buffer.from('ne'));
  feed.end();
  expect([before.text(), after.text()]).toEqual([`Kernel panic\nhalf a li${'x'.repeat(2 ** 16)}ne<end>`, '<end>']);
});

test('a reset turns at once', () => {
  const [before, after] = [listener(), listener()];
  const feed = createConsoleFeed(before);
  feed.push(Buffer.from('half'));
  feed.turnTo(after);
  feed.push(Buffer.from(' and half'));
  expect([before.text(), after.text()]).toEqual(['half<end>', ' and half']);
});
