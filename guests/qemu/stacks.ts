/** The first words of the kernel's answers to SysRq-l and SysRq-w (drivers/tty/sysrq.c). */
const BACKTRACES = 'sysrq: Show backtrace of all active CPUs';
const BLOCKED_TASKS = 'sysrq: Show Blocked State';

/** The stacks of a few tasks; those of all would hide the point. */
const MAX_STACK_LINES = 120;

/** The stacks that the kernel showed when it was last asked: of its blocked tasks if it has any, else of its CPUs. */
export function findStacks(lines: readonly string[]): string[] {
  const blocked = cutFrom(lines, BLOCKED_TASKS);
  return blocked.length > 1 ? blocked : cutFrom(lines, BACKTRACES);
}

function cutFrom(lines: readonly string[], title: string): string[] {
  const start = lines.findLastIndex((line) => line.includes(title));
  return start === -1 ? [] : lines.slice(start, start + MAX_STACK_LINES);
}
