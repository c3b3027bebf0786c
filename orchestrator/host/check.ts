/** One line of the doctor's report. */
export interface Check {
  readonly name: string;
  /** `missing`: no run can start; `warn`: it can, but something is worth knowing. */
  readonly status: 'ok' | 'missing' | 'warn';
  readonly detail: string;
  /** What to do about it, as a command where there is one. */
  readonly remedy?: string;
}
