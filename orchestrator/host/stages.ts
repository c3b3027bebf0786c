/** Gives back what a stage took: a signal handler, a guest, a live view. */
type Release = () => void | Promise<void>;

/**
 * One step of a longer way. It gets what the steps before it have found and gives what it adds. What it takes it hands
 * to `onRelease` at once, so that nothing is left behind by a later failure.
 */
export type Stage<Needs, Adds> = (context: Needs, onRelease: (release: Release) => void) => Adds | Promise<Adds>;

type Grown<Now, Adds> = Adds extends object ? Now & Adds : Now;

/**
 * Steps in their order, to be read aloud. A step compiles only behind those that give what it needs. The model is
 * Playwright's `runner/tasks.ts`: stages with paired teardown.
 */
export class Stages<Start extends object, Now extends object = Start> {
  readonly #list: readonly Stage<never, unknown>[];

  private constructor(list: readonly Stage<never, unknown>[]) {
    this.#list = list;
  }

  /** A way that begins with what `Start` holds. */
  static from<Start extends object>(): Stages<Start> {
    return new Stages<Start>([]);
  }

  next<Adds>(stage: Stage<Now, Adds>): Stages<Start, Grown<Now, Adds>> {
    return new Stages([...this.#list, stage]);
  }

  /**
   * Takes the steps one after the other and gives all that they added. Then, in every case, what they took is released
   * in reverse order. The first error is the one to reject with; an error of a release counts where there was none.
   * `onEnd` hears the name of each step that has ended.
   */
  async run(start: Start, onEnd?: (stage: string) => void): Promise<Now> {
    const releases: Release[] = [];
    let context: object = start;
    let failure: { readonly error: unknown } | undefined;
    try {
      for (const stage of this.#list) {
        // `next` has checked that the context holds what the stage needs.
        const added = await stage(context as never, (release) => releases.push(release));
        context = { ...context, ...(added as object | undefined) };
        onEnd?.(stage.name);
      }
    } catch (error) {
      failure = { error };
    }
    for (const release of releases.toReversed()) {
      try {
        await release();
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
    return context as Now;
  }
}
