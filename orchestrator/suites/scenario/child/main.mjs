/**
 * Runs one scenario in this process: `main.mjs FILE [ARG…]`. Its guest is worked through the channel, see `channel.mjs`.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { updateArgv } from 'zx';
import 'zx/globals';
import { openChannel } from './channel.mjs';
import { createGuest } from './guest.mjs';

// They are sockets, on which Node would pile up what the controller has not read yet, and lose it at process.exit().
for (const { _handle } of [process.stdout, process.stderr]) _handle?.setBlocking?.(true);

const [file = '', ...args] = process.argv.slice(2);
process.argv = [process.argv[0] ?? 'node', resolve(file), ...args];
updateArgv(args);

const channel = openChannel();
// What is thrown where nobody waits, a moment before Node ends for it.
process.on('uncaughtExceptionMonitor', (error) => channel.say({ do: 'threw', message: messageOf(error) }));
globalThis.guest = createGuest(channel, await channel.hello);

try {
  await import(pathToFileURL(resolve(file)).href);
} catch (error) {
  channel.say({ do: 'threw', message: messageOf(error) });
  // What it says of a command is in its message, with the place.
  console.error(error instanceof ProcessOutput ? error.message : error);
  process.exitCode = 1;
}

/** @param {unknown} error */
function messageOf(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, 2000);
}
