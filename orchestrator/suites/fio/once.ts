import { UserError } from '../../model/errors.ts';
import { parseSize } from '../../model/size.ts';
import type { SuiteInOnce } from '../../model/suite-in-once.ts';
import { present } from '../../model/present.ts';

const MIN_BYTES = 2 ** 20;
const MAX_BYTES = 128 * MIN_BYTES;

export const fioInOnce: SuiteInOnce = {
  isStandard: true,
  keys: ({ size, measure }) => ({ size: fileSize(size), ...present({ measure }) }),
  flagOf: { measure: 'measure' },
  refuseIdle: ({ measure }) =>
    measure === undefined
      ? undefined
      : new UserError(`--measure ${measure} is for fio, which is not among the suites`, {
          code: 'idle-flag',
          remedy: 'add fio to --suite, or leave --measure out',
        }),
};

/**
 * Half of a small device is left to the file system; a large one need not be filled. An unreadable size is the loader's
 * to refuse.
 */
function fileSize(deviceSize: string): number {
  const bytes = parseSize(deviceSize) ?? 0;
  return Math.min(MAX_BYTES, Math.max(MIN_BYTES, Math.floor(bytes / 2 / MIN_BYTES) * MIN_BYTES));
}
