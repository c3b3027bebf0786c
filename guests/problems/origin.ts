/** Where a report says that it comes from. */
export interface Origin {
  readonly cpu?: number;
  /** Name and PID. */
  readonly task?: string;
}

/** `CPU: 0 UID: 0 PID: 12 Comm: fio`; the UID came in 6.11. */
const CPU_LINE = /\bCPU: (?<cpu>\d+) (?:UID: \d+ )?PID: (?<pid>\d+) Comm: (?<comm>.+?)(?: Not tainted| Tainted:|$)/;
/** The watchdogs: `CPU#1 stuck for 26s! [fio:300]`. */
const STUCK = /CPU#(?<cpu>\d+) stuck .*\[(?<comm>.+):(?<pid>\d+)\]/;
/** WARNING since 6.18: `CPU#0: fio/300`. */
const WARNING = /, CPU#(?<cpu>\d+): (?<comm>.+)\/(?<pid>\d+)$/;
const HUNG = /^INFO: task (?<comm>.+):(?<pid>\d+) /;
/** KASAN's `by task fio/300`, lockdep's `fio/300 is trying to acquire lock:`. */
const BY_TASK = /\bby task (?<comm>\S+)\/(?<pid>\d+)|^(?<comm2>\S+)\/(?<pid2>\d+) (?:is trying|just changed|is freeing|is leaving|\[)/;

export function findOrigin(texts: readonly string[]): Origin {
  for (const pattern of [HUNG, STUCK, WARNING, CPU_LINE, BY_TASK]) {
    for (const text of texts) {
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined) continue;
      const comm = groups['comm'] ?? groups['comm2'];
      const pid = groups['pid'] ?? groups['pid2'];
      const cpu = groups['cpu'];
      return { ...(cpu !== undefined && { cpu: Number(cpu) }), ...(comm !== undefined && { task: `${comm}/${pid ?? ''}` }) };
    }
  }
  return {};
}
