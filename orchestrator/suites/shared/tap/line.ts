import { stripStampOnly } from './stamp.ts';

/** One line of output, parted from what nests it. */
export interface TapLine {
  /** Where its words begin: a blank is one column, a tab four, `# ` two. */
  readonly column: number;
  /** How many `# ` stand before its words. */
  readonly hashes: number;
  readonly words: string;
}

/** KUnit's indent was a tab before it was four blanks. */
const TAB_COLUMNS = 4;

export function readLine(text: string): TapLine {
  let column = 0;
  let hashes = 0;
  let at = 0;
  for (; ; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x20) column += 1;
    else if (char === 0x09) column += TAB_COLUMNS;
    else if (char === 0x23 && text.charCodeAt(at + 1) === 0x20) {
      column += 2;
      hashes += 1;
      at += 1;
    } else break;
  }
  const words = text.slice(at).trimEnd();
  // A kselftest that prints the kernel's log: `# [    1.1] ok 1 dax`.
  return { column, hashes, words: hashes > 0 ? stripStampOnly(words) : words };
}

/** What a line's words are by the grammars of TAP and KTAP; `undefined` where they are anything else. */
export type TapWords =
  | { readonly kind: 'version'; readonly dialect: 'tap' | 'ktap' }
  | { readonly kind: 'plan'; readonly tests: number; readonly comment: string }
  | {
      readonly kind: 'result';
      readonly ok: boolean;
      readonly number: number | undefined;
      readonly dashed: boolean;
      readonly description: string;
    }
  | { readonly kind: 'bail-out'; readonly reason: string }
  | { readonly kind: 'pragma'; readonly strict: boolean }
  | { readonly kind: 'subtest'; readonly name: string }
  | { readonly kind: 'runner'; readonly name: string }
  | { readonly kind: 'block-end' };

const RESULT = /^(not )?ok(?:[ \t]+(\d{1,15})(?=[\s#]|$))?(?:[ \t]+(-)(?=\s|$))?(?=[\s#]|$)(.*)$/s;
/** Perl's oldest skip has no `#`: `1..0 Skipped: no pmem`. */
const PLAN = /^1\.\.(\d{1,15})(?:\s*#(.*)|\s+(skip.*)|\s*)$/is;

export function readWords({ words, hashes }: TapLine): TapWords | undefined {
  switch (words.charCodeAt(0)) {
    case 0x6e: // n
    case 0x6f: // o
      return readResult(words);
    case 0x31: // 1
      return readPlan(words);
    case 0x54: // T
    case 0x74: // t
    case 0x4b: // K
    case 0x6b: // k
      return readVersion(words);
    case 0x42: // B
    case 0x62: // b
      return /^bail out!/i.test(words) ? { kind: 'bail-out', reason: words.slice(9).trim() } : undefined;
    case 0x70: // p
      return /^pragma [+-]strict$/.test(words) ? { kind: 'pragma', strict: words.includes('+') } : undefined;
    case 0x53: // S
      return hashes > 0 && words.startsWith('Subtest: ') ? { kind: 'subtest', name: words.slice(9).trim() } : undefined;
    case 0x73: // s
      return hashes > 0 && words.startsWith('selftests: ') ? { kind: 'runner', name: words } : undefined;
    case 0x7d: // }
      return words === '}' ? { kind: 'block-end' } : undefined;
    default:
      return undefined;
  }
}

function readResult(words: string): TapWords | undefined {
  const match = RESULT.exec(words);
  if (!match) return undefined;
  return {
    kind: 'result',
    ok: match[1] === undefined,
    number: match[2] === undefined ? undefined : Number(match[2]),
    dashed: match[3] !== undefined,
    description: match[4] ?? '',
  };
}

function readPlan(words: string): TapWords | undefined {
  const match = PLAN.exec(words);
  return match ? { kind: 'plan', tests: Number(match[1]), comment: (match[2] ?? match[3] ?? '').trim() } : undefined;
}

function readVersion(words: string): TapWords | undefined {
  const match = /^(k?)tap version \d+\s*(?:#.*)?$/is.exec(words);
  return match ? { kind: 'version', dialect: match[1] === '' ? 'tap' : 'ktap' } : undefined;
}

/** Whether a line says `not ok`, be it a result or not. */
export function saysNotOk(words: string): boolean {
  return words.charCodeAt(0) === 0x6e && /^not\s+ok\b/.test(words);
}
