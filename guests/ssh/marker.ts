import type { ClientChannel } from 'ssh2';
import type { SshConnection } from './connection.ts';

/**
 * Writes lines to the guest's kernel log, and so to its console. One channel stays open for all of them: a command of its
 * own for each would cost a third of a second under TCG.
 */
export interface Marker {
  write(text: string): Promise<void>;
}

export function openMarker(connection: SshConnection): Marker {
  let channel: Promise<ClientChannel> | undefined;
  return {
    async write(text) {
      channel ??= open(connection);
      const { stdin } = await channel;
      // Level 4 passes the console's own level; the kernel log takes one record a line.
      stdin.write(`<4>pmemrig: ${text.replaceAll(/\s+/g, ' ')}\n`);
    },
  };
}

async function open(connection: SshConnection): Promise<ClientChannel> {
  return connection.openExec('exec cat > /dev/kmsg', (channel) => {
    channel.stdin.on('error', () => undefined);
    channel.resume();
    channel.stderr.resume();
    return channel;
  });
}
