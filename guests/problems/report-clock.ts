/** When a report's lines were printed, as far as they have stamps. */
export class ReportClock {
  #firstSec: number | undefined;
  #lastSec: number | undefined;

  constructor(firstSec: number | undefined) {
    this.#firstSec = firstSec;
  }

  get lastSec(): number | undefined {
    return this.#lastSec;
  }

  /** What was taken for its beginning was another's. */
  beginAt(timeSec: number | undefined): void {
    this.#firstSec = timeSec;
  }

  tick(timeSec: number | undefined): void {
    if (timeSec !== undefined) this.#lastSec = timeSec;
  }

  /** The last line began with something else: when it was printed is not known. */
  forget(): void {
    this.#lastSec = undefined;
  }

  isBefore(timeSec: number | undefined): boolean {
    return timeSec !== undefined && this.#firstSec !== undefined && timeSec < this.#firstSec;
  }

  /** Whether a line of this time may stand among those that were taken. */
  mayHave(timeSec: number | undefined): boolean {
    return timeSec !== undefined && this.#lastSec !== undefined && timeSec <= this.#lastSec;
  }

  pausesAt(timeSec: number | undefined, limitSec: number): boolean {
    return timeSec !== undefined && this.#lastSec !== undefined && timeSec - this.#lastSec > limitSec;
  }
}
