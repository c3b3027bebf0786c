import { cleanText } from '../../text/clean-text.ts';

const MAX_LINES = 44;
/** Verbatim lines are not wrapped, but no reader wants one of 400 columns. */
const MAX_COLUMNS = 110;
/** Frames kept of each stack trace. */
const MAX_FRAMES = 7;

/** A console line's time stamp and caller: `[   18.646353][  T107] `. */
const STAMP = /^(?:<\d>)?\[\s*\d+\.\d+\](?:\[\s*[TC]\d+\])? ?/;
/** ` canary_abba+0x50/0x70 [module] (file.c:1)`; one with a question mark is a guess of the unwinder. */
const FRAME = /^\s+(?:\[<[0-9a-f]+>\] )?(?<guess>\? )?(?<name>[\w.]+)\+0x[0-9a-f]+\/0x[0-9a-f]+/;
/** Each report ends in these, on any subject. */
const REPORTER =
  /^(?:dump_stack|dump_stack_lvl|show_stack|print_\w*bug\w*|print_usage_bug|check_noncircular|check_prev_add|mark_lock\w*|mark_usage|valid_state|validate_chain|__lock_acquire|lock_acquire|__might_resched|__might_sleep|__warn|report_bug|handle_bug|exc_invalid_op|asm_exc_invalid_op|kasan_report|print_report|print_address_description)(?:\.\w+)*$/;
/** And begins each of its traces from user space with these. */
const ENTRY =
  /^(?:entry_SYSCALL_64_after_hwframe|do_syscall_64|ret_from_fork\w*|secondary_startup_64\w*|asm_sysvec_\w+|asm_common_interrupt)$/;
const NOISE =
  /^(?:\s*$|[=-]{10,}|\s*<\/?(?:TASK|IRQ|NMI)>|Hardware name:|CPU: \d+ |RIP: 0033:|Code: |R[A-Z0-9]{1,2}: |R\d\d: |FS: |CS: |CR2: |RAX: |ORIG_RAX|Modules linked in:|irq event stamp:|hardirqs last |softirqs last |---\[ end trace)/;
/** ` #0: ffff888103d40438 (sb_writers#5){.+.+}`: where in memory a lock lies. */
const LOCK_ADDRESS = /^(?<before>\s*(?:#\d+: )?)[0-9a-f]{16} (?=\()/;
/** Where another part of a report begins; lockdep indents some of these as it pleases. */
const PART =
  /^\s*(?<words>-> #\d+ .*|but task is already holding .*|other info that might help .*|stack backtrace:|Showing all locks .*)$/;
/** The rig's own, of a build that failed: where its log lies is private. */
const OWN = /^the whole log: /;

/**
 * A kernel's report with what a maintainer looks at: no time stamps, registers and guesses, short stacks. Line by line,
 * verbatim but for that.
 */
export function trimReport(text: string): readonly string[] {
  const kept: string[] = [];
  let frames = 0;
  let left = 0;
  const close = (): void => {
    if (left > 0) kept.push(`       [${left} more]`);
    frames = 0;
    left = 0;
  };
  for (const raw of cleanText(text).split('\n')) {
    const line = raw.replace(STAMP, '').trimEnd();
    const frame = FRAME.exec(line)?.groups;
    if (frame) {
      if (frame['guess'] !== undefined || REPORTER.test(frame['name'] ?? '') || ENTRY.test(frame['name'] ?? ''))
        continue;
      frames += 1;
      if (frames > MAX_FRAMES) left += 1;
      else kept.push(`       ${shortenInlined(line.trim())}`);
      continue;
    }
    if (NOISE.test(line) || OWN.test(line)) continue;
    close();
    const part = PART.exec(line)?.groups?.['words'];
    if (part !== undefined && kept.length > 0) kept.push('');
    kept.push(part ?? shortenInlined(line.replace(/^\s+(?=\*\*\* )/, ' ').replace(LOCK_ADDRESS, '$<before>')));
  }
  close();
  const shown =
    kept.length > MAX_LINES ? [...kept.slice(0, MAX_LINES), `[${kept.length - MAX_LINES} more lines]`] : kept;
  return shown.map((line) => (line.length > MAX_COLUMNS ? `${line.slice(0, MAX_COLUMNS - 3)}...` : line));
}

/**
 * `(a.c:1, inlined at b.c:2, inlined at c.c:3)`: the outermost is where the named function stands; the first is where
 * it happened.
 */
function shortenInlined(frame: string): string {
  return frame.replace(
    /\((?<inner>[^(),]+:\d+)(?:, inlined at [^(),]+)*, inlined at (?<outer>[^(),]+:\d+)\)$/,
    '($<outer>)',
  );
}
