import { expect, test } from 'vitest';
import { createMarks } from '../hearing/marks.ts';
import { createRunKeys } from '../ssh/keys.ts';
import { composeWakeLines } from './wake.ts';

const keys = createRunKeys();
const LINES = composeWakeLines({ marks: createMarks('0123456789abcdef'), keys, seed: 'ab'.repeat(32), nowMs: 1_500 });

test("a fork reads its token, the time, a seed, the keys and at last the host's own", () =>
  expect(LINES).toBe(
    `0123456789abcdef\n2\n${'ab'.repeat(32)}\n${keys.client.publicKey}\n${keys.host.publicKey}\n` +
      `${keys.host.privateKey.trim()}\n.\n`,
  ));

test('it gets no private key but its own', () => {
  // The first lines of all such keys are the same.
  const [secret = ''] = keys.client.privateKey.split('\n').slice(3);
  expect(secret).toMatch(/^[\w+/=]{20}/);
  expect(LINES).not.toContain(secret);
});

// N_TTY_BUF_SIZE of the kernel's drivers/tty/n_tty.c: what is more is lost while nobody reads.
test('all of it fits into the buffer of a terminal', () => expect(Buffer.byteLength(LINES)).toBeLessThan(4095));
