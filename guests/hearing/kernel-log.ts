/** One record of /dev/kmsg. */
export interface LogRecord {
  /** Counts the kernel's records from its boot on, without gaps. */
  readonly sequence: number;
  /** As the console shows it: with time stamp and caller, a line feed between the lines. */
  readonly text: string;
}

/**
 * `4,1234,5678901,-,caller=T77;text`; further fields may come. See Documentation/ABI/testing/dev-kmsg of the kernel.
 */
const RECORD = /^\d+,(\d+),(\d+),([^;]*);(.*)$/s;
const CALLER = /(?:^|,)caller=([TC]\d+)/;

/** `undefined` for a line that is no record, such as one that belongs to the record before it (` SUBSYSTEM=block`). */
export function parseRecord(line: string): LogRecord | undefined {
  const match = RECORD.exec(line);
  if (match === null) return undefined;
  const [, sequence, microseconds = '0', fields = '', text = ''] = match;
  const caller = CALLER.exec(fields)?.[1];
  const stamp = `[${formatTime(Number(microseconds))}]${caller === undefined ? '' : `[${caller.padStart(6)}]`} `;
  return {
    sequence: Number(sequence),
    text: unescape(text)
      .split('\n')
      .map((part) => stamp + part)
      .join('\n'),
  };
}

/** As printk does: `    5.123456`. */
function formatTime(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  return `${String(seconds).padStart(5)}.${String(microseconds % 1e6).padStart(6, '0')}`;
}

/** What is not printable comes as `\x0a`, byte by byte; bytes above ASCII are among them. */
function unescape(text: string): string {
  if (!text.includes(String.raw`\x`)) return text;
  const bytes = text.replaceAll(/\\x([\da-f]{2})/g, (_whole, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
