/** What QEMU printed, message by message, in its own order. */
export interface QemuWords {
  readonly errors: readonly string[];
  /** Each once, however many devices it was printed for. */
  readonly warnings: readonly string[];
}

/**
 * The first line of a warning. QEMU's error-report.c, glibc, bash and perl write `NAME: [LOCATION: ]warning: …`; GLib
 * has its own form, and so has the dynamic linker for a library of another version. The last three come from a QEMU
 * that runs through a wrapper or from a folder of its own.
 */
const WARNING =
  /^[^\s:]+: (?:.*: )?(?:warning|info): |^\([^)]*\): \S+-(?:WARNING|CRITICAL|Message) |: no version information available \(required by /;
/**
 * The first line of any other message. QEMU calls itself by the name of its program, or just `qemu`. The second half
 * are last words without a name. One is a failed assertion of GLib (`**`, then `ERROR:file.c:12:function: …`, then
 * `Bail out! …`). One is a damaged heap or stack by glibc: `malloc(): …`, `double free or corruption (out)`, `*** stack
 * smashing detected ***`. One is an exception by libstdc++.
 */
const MESSAGE =
  /^(?:[^\s:]*qemu[^\s:]*|setpriv|[^\s:]*\/[^\s:]*): |^\*\*|^ERROR:|^Bail out! |^\w+\(\): |^(?:double free|corrupted|terminate called) /;

/** Parts QEMU's warnings from its errors. A line that begins no message continues the one before: hints do so. */
export function splitQemuWords(stderr: string): QemuWords {
  const messages: { isWarning: boolean; lines: string[] }[] = [];
  for (const line of stderr
    .split('\n')
    .map((text) => text.trimEnd())
    .filter((text) => text !== '')) {
    const isWarning = WARNING.test(line);
    const last = messages.at(-1);
    if (last === undefined || isWarning || MESSAGE.test(line)) messages.push({ isWarning, lines: [line] });
    else last.lines.push(line);
  }
  const texts = (warnings: boolean) =>
    messages.filter(({ isWarning }) => isWarning === warnings).map(({ lines }) => lines.join('\n'));
  return { errors: texts(false), warnings: [...new Set(texts(true))] };
}

/** Why a QEMU ended, its warnings last. @param otherwise stands for a reason where it gave none */
export function describeQemuWords(stderr: string, otherwise = ''): string {
  const { errors, warnings } = splitQemuWords(stderr);
  const reason = errors.join('\n') || otherwise;
  return warnings.length === 0
    ? reason
    : [reason, `(it also warned: ${warnings.join('\n')})`].filter((text) => text !== '').join('\n');
}
