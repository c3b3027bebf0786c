import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/**
 * The host's own Chromium, without a window.
 * @throws Error that says how to get one
 */
export async function openChromium(): Promise<Browser> {
  const executablePath = (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'chromium'))
    .find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error(
      'there is no chromium on PATH: npx pmemrig doctor --own-tests --fix, ' +
        'or apt-get install --no-install-recommends chromium',
    );
  return chromium.launch({ executablePath });
}
