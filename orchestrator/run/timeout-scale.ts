import { timeoutScale } from '../model/timeouts.ts';
import type { BootedGuest } from './guest-slot.ts';

/** Lockdep looks at every lock taken: on 6.1 under TCG the same boot took about twice as long. */
const LOCKDEP_SCALE = 2;

/** What all timeouts of a booted guest are multiplied by. */
export function guestTimeoutScale({ accelerator, observer }: Pick<BootedGuest, 'accelerator' | 'observer'>): number {
  return timeoutScale(accelerator) * (observer.lockdep ? LOCKDEP_SCALE : 1);
}
