import { availableParallelism, totalmem } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './e2e/support/longest-first.ts';

const GiB = 2 ** 30;
/**
 * A guest file's own guests, controller and kernel builds; `matrices/smoke.yaml` boots two guests of 1 GiB side by
 * side.
 */
const GUEST_FILE_BYTES = 5 * GiB;

/** vitest itself leaves one core idle: with two, as CI hosts have, every file would then wait for the one before. */
const cores = availableParallelism();
/** Guests wait for a while in most of what a file does: for a deadline, a shutdown, the host's disk. */
const guestFiles = Math.max(1, Math.min(cores, 4, Math.floor(totalmem() / GUEST_FILE_BYTES)));

/** What the developer keeps as defaults of flags is not what tests are about. */
const env = { PMEMRIG_NO_CONFIG: '1' };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          env,
          include: ['{orchestrator,guests,matrices,reports}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts'],
          setupFiles: ['orchestrator/testing/own-tmpdir.ts'],
          maxWorkers: cores,
          // A net for what hangs: a busy host is slow.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // Needs Chromium, which users do not.
          name: 'browser',
          env,
          include: ['reports/**/*.browser.test.ts'],
          setupFiles: ['orchestrator/testing/own-tmpdir.ts'],
          maxWorkers: cores,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'guest',
          env,
          include: ['e2e/**/*.test.ts'],
          // What takes too long for every commit; `npm run test:full` runs it before an issue is resolved.
          exclude: process.env['PMEMRIG_FULL'] === '1' ? [] : ['e2e/**/*.full.test.ts'],
          // After the others, which would slow the guests down. Files share kernels and images through the cache alone.
          sequence: { groupOrder: 1 },
          maxWorkers: guestFiles,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
