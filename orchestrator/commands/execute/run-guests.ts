import { Stages } from '../../host/stages.ts';
import {
  checkHost,
  chooseAccelerator,
  findQemu,
  listenForInterrupt,
  readDurations,
  warnOfLongRun,
} from './host-stages.ts';
import { keepGuest, openFolder, runCells, showProgress } from './run-stages.ts';
import type { RunTask } from './run-task.ts';

/** A run from its plan to the end of its guests. */
export const RUN_GUESTS = Stages.from<RunTask>()
  .next(listenForInterrupt)
  .next(findQemu)
  .next(chooseAccelerator)
  .next(checkHost)
  .next(readDurations)
  .next(warnOfLongRun)
  .next(openFolder)
  .next(keepGuest)
  .next(showProgress)
  .next(runCells);

/** A run whose guests are gone. */
export type EndedRun = Awaited<ReturnType<typeof RUN_GUESTS.run>>;
