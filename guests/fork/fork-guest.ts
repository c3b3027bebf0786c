import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../orchestrator/model/errors.ts';
import { bootGuest } from '../machine/boot-guest.ts';
import type { HeldGuest } from '../machine/hold-guest.ts';
import type { Templates } from './templates.ts';

/** The console of a fork that did not come up, beside that of the boot in its place. */
const FAILED_LOG = 'fork.log';

/**
 * Forks a guest from the template of its boot key, which is made if there is none; boots it where that does not work.
 * Rejects as {@link bootGuest} does.
 */
export async function forkGuest(
  options: Omit<Parameters<typeof bootGuest>[0], 'template' | 'ramFd'>,
  templates: Templates,
): Promise<HeldGuest> {
  const { signal } = options;
  const template = await templates.find(options, signal);
  if (template !== undefined) {
    try {
      return await bootGuest({ ...options, template });
    } catch (error) {
      signal?.throwIfAborted();
      // A boot shows whose fault it is, and has a log of its own.
      await rename(join(options.dir, 'console.log'), join(options.dir, FAILED_LOG)).catch(() => undefined);
      await templates.discard(template, describeError(error));
    }
  }
  return bootGuest(options);
}
