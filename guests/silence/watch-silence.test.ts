import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { watchSilence } from './watch-silence.ts';

const TICK_MS = 5;

/** A guest that says nothing over SSH from now on; `explain` is what a look from outside finds. */
function silent(explain: () => Promise<string | undefined>, { speaks = false, isPaused = (): boolean => false } = {}) {
  const reports: string[] = [];
  const isBack: (() => boolean)[] = [];
  const ssh = { bytesRead: 1 };
  const stop = watchSilence({
    ssh,
    console: { bytes: 0 },
    // No process has this number: it is not stopped.
    qemu: { pid: 2 ** 30, qmp: { execute: () => Promise.reject(new Error('unused')), closed: Promise.resolve() } },
    watch: {
      reportStall: (reason, back) => {
        reports.push(reason);
        if (back) isBack.push(back);
      },
    },
    accelerator: 'tcg',
    timeoutScale: 1,
    isPaused,
    explain: async () => {
      if (speaks) ssh.bytesRead += 1;
      return explain();
    },
    tickMs: TICK_MS,
  });
  return { reports, isBack, ssh, stop };
}

test('a guest that is silent although it has time for an answer has stalled', async () => {
  const { isBack, reports, ssh, stop } = silent(async () => undefined);
  await expect.poll(() => reports.length).toBeGreaterThan(0);
  stop();
  expect(reports[0]).toMatch(/^the guest has answered nothing over SSH for 1\d s, though its CPUs have time for it$/);
  // While the stacks are taken it may come back.
  expect(isBack[0]?.()).toBe(false);
  ssh.bytesRead += 1;
  expect(isBack[0]?.()).toBe(true);
});

test('one that is busy is waited for, three times as long', async () => {
  const explain = vi.fn<() => Promise<string>>(async () => 'a CPU is busy in the kernel');
  const { reports, stop } = silent(explain);
  await expect.poll(() => reports.length).toBeGreaterThan(0);
  stop();
  expect(explain.mock.calls.length).toBeGreaterThan(3);
  expect(reports[0]).toMatch(/^the guest has answered nothing over SSH for [3-9]\d s; a CPU is busy in the kernel$/);
});

test('a QEMU that does not answer is waited for as long', async () => {
  const { reports, stop } = silent(() => Promise.reject(new Error('QMP query-blockstats: no answer')));
  await expect.poll(() => reports.length).toBeGreaterThan(0);
  stop();
  expect(reports[0]).toMatch(/for [3-9]\d s; QEMU does not answer either$/);
});

test('one that answers while it is looked at has not stalled', async () => {
  const explain = vi.fn<() => Promise<undefined>>(async () => undefined);
  const { reports, stop } = silent(explain, { speaks: true });
  await expect.poll(() => explain.mock.calls.length).toBeGreaterThan(2);
  stop();
  expect(reports).toEqual([]);
});

test('the silence of a paused guest says nothing, and counts from its resumption on', async () => {
  let paused = true;
  const explain = vi.fn<() => Promise<undefined>>(async () => undefined);
  const { reports, stop } = silent(explain, { isPaused: () => paused });
  await sleep(40 * TICK_MS);
  expect(explain).not.toHaveBeenCalled();
  expect(reports).toEqual([]);
  paused = false;
  await expect.poll(() => reports.length).toBeGreaterThan(0);
  stop();
  expect(reports[0]).toMatch(/for 1\d s, though its CPUs have time for it$/);
});
