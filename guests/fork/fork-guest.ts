import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../orchestrator/model/errors.ts';
import { bootGuest } from '../machine/boot-guest.ts';
import type { HeldGuest } from '../machine/hold-guest.ts';
import type { ForkWhen, Templates } from './templates.ts';

/** The console of a fork that did not come up, beside that of the boot in its place. */
const FAILED_LOG = 'fork.log';

/**
 * Forks a guest from the template of its boot key, which is made if it is due; boots it where there is none, or that does
 * not work. Rejects as {@link bootGuest} does.
 */
export async function forkGuest(
  options: Omit<Parameters<typeof bootGuest>[0], 'template' | 'ramFd'>,
  templates: Templates,
  when: ForkWhen,
): Promise<HeldGuest> {
  const { signal } = options;
  const template = await templates.find(options, when, signal);
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
  const guest = await bootGuest(options);
  // It is up, and whatever may be in the way of its kind's next is not its fault.
  await templates.noteBooted(options).catch(() => undefined);
  return guest;
}
