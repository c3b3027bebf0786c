import type { Accelerator } from '../../model/accelerator.ts';
import { timeoutScale } from '../../model/timeouts.ts';
import type { BootedGuest } from './guest-slot.ts';

/** Lockdep looks at every lock taken: on 6.1 under TCG the same boot took about twice as long. */
const LOCKDEP_SCALE = 2;

const WHY: Readonly<Record<Accelerator, string>> = {
  kvm: '',
  tcg: 'TCG',
  'tcg-icount': 'TCG that counts instructions',
};

/** In words, why the timeouts of a guest are multiplied: `TCG and lockdep`; empty where they are not. */
export function explainTimeoutScale({ accelerator, observer }: Pick<BootedGuest, 'accelerator' | 'observer'>): string {
  return [WHY[accelerator], observer.lockdep ? 'lockdep' : ''].filter((why) => why !== '').join(' and ');
}

/** What all timeouts of a booted guest are multiplied by. */
export function guestTimeoutScale({ accelerator, observer }: Pick<BootedGuest, 'accelerator' | 'observer'>): number {
  return timeoutScale(accelerator) * (observer.lockdep ? LOCKDEP_SCALE : 1);
}
