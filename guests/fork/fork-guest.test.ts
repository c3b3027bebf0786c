import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scriptedMachine } from '../machine/testing/scripted-machine.ts';
import { forkGuest } from './fork-guest.ts';
import type { Templates } from './templates.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-fork-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a guest that does not come up from its template boots, and the template goes', async () => {
  // Each QEMU ends at once, and says whether it was to boot.
  const machine = scriptedMachine(dir, `echo "$*" >> ${join(dir, 'starts')}; exit 1`);
  writeFileSync(join(dir, 'ram'), '');
  const discarded: string[] = [];
  const templates: Templates = {
    find: async () => ({ key: 'k', dir, ram: join(dir, 'ram'), state: Buffer.from('s'), console: Buffer.from('') }),
    noteBooted: () => Promise.reject(new Error('none has booted')),
    discard: async ({ key }, why) => void discarded.push(`${key}: ${why}`),
  };
  await expect(forkGuest(machine, templates, 'always')).rejects.toMatchObject({
    name: 'GuestDeath',
    kind: 'qemu-died',
  });
  expect(readdirSync(machine.dir).toSorted()).toEqual(['console.log', 'fork.log', 'qemu.json']);
  expect(discarded).toEqual([expect.stringMatching(/^k: QEMU does not go on from it: /)]);
});

test('a run that is interrupted boots nothing in place of a fork', async () => {
  const stop = new AbortController();
  const templates: Templates = {
    find: async () => {
      stop.abort(new Error('interrupted'));
      return { key: 'k', dir, ram: join(dir, 'ram'), state: Buffer.from(''), console: Buffer.from('') };
    },
    noteBooted: () => Promise.reject(new Error('none has booted')),
    discard: () => Promise.reject(new Error('it is not to blame')),
  };
  await expect(
    forkGuest({ ...scriptedMachine(dir, 'exit 1'), signal: stop.signal }, templates, 'always'),
  ).rejects.toThrow('interrupted');
});
