import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** vitest itself leaves one core idle: with two, as CI hosts have, every file would then wait for the one before. */
const cores = availableParallelism();

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{orchestrator,guests,matrices,reports}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts'],
          setupFiles: ['orchestrator/testing/own-tmpdir.ts'],
          maxWorkers: cores,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          // Needs Chromium, which users do not.
          name: 'browser',
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
          include: ['e2e/**/*.test.ts'],
          // What takes too long for every commit; `npm run test:full` runs it before an issue is resolved.
          exclude: process.env['PMEMRIG_FULL'] === '1' ? [] : ['e2e/**/*.full.test.ts'],
          // Guests under TCG share few cores: one file at a time, and a boot takes seconds.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
