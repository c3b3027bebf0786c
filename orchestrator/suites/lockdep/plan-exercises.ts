import type { PlannedTest } from '../../model/cell.ts';
import { KernelUnfitError, UserError } from '../../model/errors.ts';
import type { LockdepSuiteSpec } from '../../../matrices/suites/lockdep.ts';
import type { SuitePlanContext } from '../../model/suite.ts';
import { readExercise } from './exercises.ts';
import { placeExercise } from './place-exercise.ts';
import { whyNoProveLocking } from './prove-locking.ts';

/**
 * The suite's tests, `lockdep/<exercise>`; if the matrix names no exercise, those that fit the cell. Throws
 * KernelUnfitError for a kernel that is known to see no lock problems, and UserError for an exercise that no kernel
 * could run in such a cell.
 */
export function planExercises({
  spec,
  kernel,
  pmem,
  filesystem,
}: SuitePlanContext<LockdepSuiteSpec>): readonly PlannedTest[] {
  const blind = whyNoProveLocking(kernel);
  if (blind !== undefined) {
    throw new KernelUnfitError(`the suite ${spec.name} would see nothing: ${blind}`, {
      code: 'no-prove-locking',
      remedy:
        'use a kernel built with CONFIG_PROVE_LOCKING; one that the rig builds has it by the fragment prove-locking',
    });
  }
  const tests: PlannedTest[] = [];
  let refusal: UserError | undefined;
  for (const name of spec.exercises) {
    const { needs, overheadSec } = readExercise(name);
    const place = placeExercise(needs, pmem.devices, filesystem);
    if ('index' in place)
      tests.push({ name: `${spec.name}/${name}`, estimateSec: Math.ceil(spec.durationSec + overheadSec) });
    else {
      refusal ??= new UserError(
        `the exercise ${name} cannot run on ${pmem.name} with ${filesystem.name}: ${place.reason}`,
        {
          code: 'exercise-misplaced',
          remedy: 'leave exercises: out, so that each cell runs those that fit it',
        },
      );
    }
  }
  if (refusal && !spec.fitting) throw refusal;
  if (refusal && tests.length === 0) {
    throw new UserError(`none of the lockdep exercises can run here, for one: ${refusal.message}`, {
      code: 'no-fitting-exercise',
      remedy: 'give the topology an nvdimm, virtio-pmem or e820 device',
      cause: refusal,
    });
  }
  return tests;
}
