import type { RunEnding } from './summary.ts';

/** Where a run stands as of now: how it ended, or that it goes on. */
export type RunState = RunEnding['reason'];

/**
 * A journal without an end is of a run that goes on, or of one that was cut off.
 * @param isClaimed whether a controller works on the run, or may
 */
export function stateOf(ending: RunState, isClaimed: boolean): RunState {
  return ending === 'cut-off' && isClaimed ? 'running' : ending;
}

/** In a word or two, for people; undefined for a run that just finished. */
export function nameState(state: RunState): string | undefined {
  if (state === 'finished') return undefined;
  return state === 'user' ? 'bad input' : state;
}
