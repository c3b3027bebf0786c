import type { Marks } from '../hearing/marks.ts';
import type { RunKeys } from '../ssh/keys.ts';

/** Ends the host's private key, none of whose lines can be this one. */
const END = '.';

/** What makes a fork a guest of its own. */
export interface ForkIdentity {
  readonly marks: Pick<Marks, 'token'>;
  readonly keys: RunKeys;
  /** For the kernel's random numbers, hexadecimal. */
  readonly seed: string;
  /** The host's clock, in epoch ms. */
  readonly nowMs: number;
}

/**
 * The lines by which a template that waits at its console goes on as a guest of its own; the contract with
 * guests/images/guest-init. A terminal takes 4095 bytes a line, and as many at once.
 */
export function composeWakeLines({ keys, marks, nowMs, seed }: ForkIdentity): string {
  return [
    marks.token,
    // The guest's clock takes whole seconds, and the lines take a moment.
    String(Math.ceil(nowMs / 1000)),
    seed,
    keys.client.publicKey,
    keys.host.publicKey,
    ...keys.host.privateKey.trimEnd().split('\n'),
    END,
    '',
  ].join('\n');
}
