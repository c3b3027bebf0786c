/** Where a report says that it comes from. */
export interface Origin {
  readonly cpu: number | undefined;
  /** Name and PID. */
  readonly task: string | undefined;
}

/** `CPU: 0 UID: 0 PID: 12 Comm: fio`; the UID came in 6.11. */
const CPU_LINE = /\bCPU: (?<cpu>\d+) (?:UID: \d+ )?PID: (?<pid>\d+) Comm: (?<comm>.+?)(?: Not tainted| Tainted:|$)/;
/** The watchdogs: `CPU#1 stuck for 26s! [fio:300]`. */
const STUCK = /CPU#(?<cpu>\d+) stuck .*\[(?<comm>.+):(?<pid>\d+)\]/;
/** WARNING since 6.18: `CPU#0: fio/300`. */
const WARNING = /, CPU#(?<cpu>\d+): (?<comm>.+)\/(?<pid>\d+)$/;
const HUNG = /^INFO: task (?<comm>.+?):(?<pid>\d+) (?:<\S+> )?(?:blocked|can't)/;
/** KASAN's `by task fio/300`, lockdep's `fio/300 is trying to acquire lock:`. */
const BY_TASK =
  /\bby task (?<comm>\S+)\/(?<pid>\d+)|^(?<comm2>\S+)\/(?<pid2>\d+) (?:is trying|just changed|is freeing|is leaving|\[)/;
/**
 * `task:fio state:R running task stack:0 pid:733 tgid:733`, before 5.12 `fio R running task 0 733`.
 */
const TASK_LINE =
  /^task:(?<comm>.+?) +state:.*\bpid: ?(?<pid>\d+)|^(?<comm2>\S.{0,15}?) +[RSDTtXZI] +(?:running task|[\da-f]{8,16}) +\d+ +(?<pid2>\d+) +\d+ +0x/;

const UNKNOWN: Origin = { cpu: undefined, task: undefined };
const ANYWHERE = [HUNG, STUCK, WARNING, CPU_LINE, BY_TASK];

/** @param texts of a report, those that may say it */
export function findOrigin(texts: readonly string[]): Origin {
  return findFirst(ANYWHERE, texts) ?? UNKNOWN;
}

/**
 * Where what stands still comes from. Others' stacks say nothing of it.
 *
 * @param stack the lines of its own stack, if there is one
 * @param cpu the CPU that the report is about, if it is about one
 */
export function findStalledOrigin(texts: readonly string[], stack: readonly string[] = [], cpu?: number): Origin {
  const ofStack = findFirst([CPU_LINE, TASK_LINE], stack);
  if (ofStack !== undefined) return { cpu: ofStack.cpu ?? cpu, task: ofStack.task };
  return findFirst(cpu === undefined ? ANYWHERE : [STUCK], texts) ?? { cpu, task: undefined };
}

function findFirst(patterns: readonly RegExp[], texts: readonly string[]): Origin | undefined {
  for (const pattern of patterns) {
    for (const text of texts) {
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined) continue;
      const comm = groups['comm'] ?? groups['comm2'];
      const pid = groups['pid'] ?? groups['pid2'];
      const cpu = groups['cpu'];
      return {
        cpu: cpu === undefined ? undefined : Number(cpu),
        task: comm === undefined ? undefined : `${comm}/${pid ?? ''}`,
      };
    }
  }
  return undefined;
}
