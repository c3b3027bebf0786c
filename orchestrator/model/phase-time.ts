/** How long one step took. Steps in a list follow on one another. */
export interface PhaseTime {
  readonly phase: string;
  /** Of wall time, whole. */
  readonly ms: number;
}

/** Measures steps that follow on one another: each begins where the one before it ended. */
export class PhaseClock {
  #sinceMs: number;
  #phases: PhaseTime[] = [];

  /** `sinceMs`: when the first step began, by `performance.now()`. */
  constructor(sinceMs = performance.now()) {
    this.#sinceMs = Math.round(sinceMs);
  }

  /** Ends the step that goes on. The ends are rounded, not the steps, so that these add up; one below 1 ms is left out. */
  end(phase: string, atMs = performance.now()): void {
    const ms = Math.round(atMs) - this.#sinceMs;
    if (ms <= 0) return;
    this.#phases.push({ phase, ms });
    this.#sinceMs += ms;
  }

  /** The steps that have ended; what is measured afterwards begins now. */
  take(): readonly PhaseTime[] {
    const phases = this.#phases;
    this.#phases = [];
    this.#sinceMs = Math.round(performance.now());
    return phases;
  }
}

/** The time that steps took together. */
export function sumPhases(phases: readonly PhaseTime[]): number {
  return phases.reduce((sum, { ms }) => sum + ms, 0);
}

/** `checkHost` in words: `check host`. */
export function nameStage(stage: string): string {
  return stage.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
