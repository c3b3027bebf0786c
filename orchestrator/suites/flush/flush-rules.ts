import type { Rule } from '../shared/rules/rule.ts';
import { GUEST_KILLED } from './rules/guest-killed.ts';
import { HOST_ERROR } from './rules/host-error.ts';
import { NTH_ERROR } from './rules/nth-error.ts';
import { ORDER } from './rules/order.ts';
import { ORDER_TWO_DEVICES } from './rules/order-two-devices.ts';
import { OTHER_DEVICE } from './rules/other-device.ts';
import { POWER_LOSS } from './rules/power-loss.ts';
import { PREFLUSH_ERROR } from './rules/preflush-error.ts';
import { REACHES_HOST } from './rules/reaches-host.ts';
import { SLOW_HOST } from './rules/slow-host.ts';

/** In the order in which they run: what spends the guest comes last. */
export const FLUSH_RULES: readonly Rule[] = [
  REACHES_HOST,
  ORDER,
  ORDER_TWO_DEVICES,
  HOST_ERROR,
  PREFLUSH_ERROR,
  NTH_ERROR,
  OTHER_DEVICE,
  SLOW_HOST,
  GUEST_KILLED,
  POWER_LOSS,
];
