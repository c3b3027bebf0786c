/** Where a title names a task: what stands in it near there, and what to put. */
const TASKS: readonly (readonly [mark: string, task: RegExp, instead: string])[] = [
  // Which CPU watches, and how the watchdog introduces itself.
  ['LOCKUP', /^(?:(?:NMI )?watchdog: )?(?:CPU\s?\d+: )?(?=Watchdog detected hard LOCKUP)/, ''],
  // `Bad page state in process fio  pfn:1`
  ['in process ', /(?<=\bin process ).+?(?=  |$)/, 'N'],
  // `code: fio/12`, `CPU#1, fio/12`, `atomic: fio/12/0x2`
  ['/', /(?<=\b(?:code: |CPU#\d+[,:] |atomic: ))\S.*?\/-?\d+(?=\/0x|, [\da-f]+$|$)/, 'N/N'],
  // `atomic: fio/0x00000001/12`
  ['/0x', /(?<=\batomic: )\S.*?\/0x[\da-f]+\/\d+$/, 'N/N'],
  ['still has locks', /^(BUG: |WARNING: )?\S.{0,20}\/\d+(?= still has locks held)/, '$1N/N'],
  // `stuck for 23s! [fio:12]`
  ['[', /(?<=\[)[^[\]]+:\d+(?=\]$)/, 'N'],
  ['INFO: task ', /(?<=^INFO: task ).+?:\d+(?= )/, 'N:N'],
  ['oom-killer', /^.+(?= invoked oom-killer)/, 'N'],
  // `Killed process 12 (fio) total-vm:…`
  ['process ', /(?<=process \d+ )\(.+?\),?(?= |$).*/, '(N)'],
  ['page allocation ', /^.+(?=: page allocation (?:failure|stalls))/, 'N'],
  ['comm ', /\bcomm .+?:(?= |$)/, 'comm N:'],
  ['Comm:', /\bComm:.+? Pid:\d+/, 'Comm:N Pid:N'],
  ['SIGBUS', /(?<=\bSIGBUS to ).+?:\d+/, 'N:N'],
  ['kernel stack', /(?<=^WARNING: kernel stack (?:regs|frame pointer) at .* in ).+?:-?\d+(?= has bad)/, 'N:N'],
];

/** What varies from run to run becomes `N`; the words stay. */
export function normaliseTitle(title: string): string {
  let nameless = title;
  for (const [mark, task, instead] of TASKS) if (nameless.includes(mark)) nameless = nameless.replace(task, instead);
  return normaliseNumbers(nameless);
}

/** The same, with the names of tasks: all that versions up to 0.1 did. */
export function normaliseNumbers(title: string): string {
  return (
    title
      // A reboot is a reboot, with any kernel.
      .replace(/^(Linux version) .*/, '$1')
      .replaceAll(/\bcomm [^:]+:/g, 'comm N:')
      .replaceAll(/=\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*(?=\s|$)/g, '=N')
      .replaceAll(/\+0x[\da-f]+\/0x[\da-f]+/g, '')
      .replaceAll(/\.(?:isra|constprop|part|cold)(?:\.\d+)*/g, '')
      .replaceAll(/\b(?:0x)?[\da-f]{8,}\b|\b0x[\da-f]+\b/g, 'N')
      .replaceAll(/(?<=:)\d+(?=[\s:,]|$)/g, 'N')
      .replaceAll(/(?<![\w-])-?\d+(?:\.\d+)?(?=(?:m?s|[kKMG]B)?\b)/g, 'N')
      .replaceAll(/\b(pmem|loop|virtio|nmem|region|namespace|dax|btt|ndbus|sd[a-z]|vd[a-z]|dm-)\d+(?:\.\d+)?/g, '$1N')
      .replaceAll(/\s+/g, ' ')
  );
}
