/** The run is being stopped: no result, nothing to blame. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
