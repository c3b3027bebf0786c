import { InfraError } from '../../model/errors.ts';
import type { LockdepSuiteSpec } from '../../../matrices/suites/lockdep.ts';
import type { SuiteContext } from '../../model/suite.ts';
import { isMounted, mkfsCommand } from '../shared/mkfs-command.ts';
import type { Exercise } from './exercises.ts';
import { placeExercise } from './place-exercise.ts';

/** What an exercise learns of its cell, see `exercises/lib.sh`. */
export function exerciseEnvironment(
  { spec, cell, guest }: Pick<SuiteContext<LockdepSuiteSpec>, 'spec' | 'cell' | 'guest'>,
  { needs, env }: Exercise,
): Readonly<Record<string, string>> {
  const place = placeExercise(needs, cell.pmem.devices, cell.filesystem);
  const device = 'index' in place ? guest.devices[place.index] : undefined;
  if (!device) throw new InfraError('the guest lacks a device that the plan counted on', { code: 'device-lost' });
  const { filesystem } = cell;
  return {
    DEVICE: device.path,
    NODE: device.path.replace('/dev/', ''),
    MODE: device.mode,
    NAMESPACE: device.namespace ?? '',
    REGION: device.region ?? '',
    SECONDS_LONG: String(Math.ceil(spec.durationSec)),
    ...(isMounted(filesystem) && {
      // The words are split by the script; the last one is the device, which an exercise may choose otherwise.
      MKFS: mkfsCommand(filesystem, '').slice(0, -1).join(' '),
      FS_TYPE: filesystem.type,
      FS_OPTIONS: filesystem.mountOptions,
    }),
    ...env,
  };
}
