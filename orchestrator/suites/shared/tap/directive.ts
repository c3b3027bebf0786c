/** Stand for escaped characters while a line is split; Unicode keeps these two for such a use. */
const ESCAPED_HASH = '\uFDD0';
const ESCAPED_BACKSLASH = '\uFDD1';

/** TAP's own, in any spelling: `# skipped: no pmem`. */
const TAP_DIRECTIVE = /^(todo|skip)\S*\b(.*)$/is;
/** KTAP's, with those that kselftest writes; its `error` is small. */
const KTAP_DIRECTIVE = /^(SKIP\b|TODO\b|XFAIL\b|XPASS\b|TIMEOUT\b|(?:[Ee]rror|ERROR)(?=\s|$)|exit=\d+)(.*)$/s;
/** What may be a directive, or have one behind another `#`. */
const BEGINS_DIRECTIVE = /#|^(?:todo|skip|xfail|xpass|timeout|error|exit=|time=|duration_ms)/i;
/** node-tap's and node's way to say how long a test took. */
const DURATION = /^(?:time=[\d.]+m?s|duration_ms [\d.]+)$/i;

/** A result line without its `ok`, number and dash. */
export interface TapDescription {
  readonly title: string;
  /** SKIP, TODO, XFAIL, XPASS, TIMEOUT, ERROR, `error` or `exit=1`; without one, `reason` is diagnostic data. */
  readonly directive?: string;
  readonly reason: string;
  /** It ended in ` {`: TAP 14's buffered subtests follow. */
  readonly opensBlock: boolean;
}

/**
 * Parts a result's name from what follows ` # `.
 * https://testanything.org/tap-version-14-specification.html, https://docs.kernel.org/dev-tools/ktap.html
 */
export function readDescription(text: string, ok: boolean): TapDescription {
  if (!/[#{\\]/.test(text)) return { title: text.trim(), reason: '', opensBlock: false };
  const block = text.endsWith('{') ? /(?:^|\s)\{$/.exec(text) : null;
  const whole = hideEscapes(block ? text.slice(0, block.index) : text);
  const opensBlock = block !== null;
  const hash = findHash(whole);
  if (hash === -1) return { title: showEscapes(whole).trim(), reason: '', opensBlock };

  const tail = whole.slice(hash + 1).trim();
  // Most are diagnostic data, such as `# 12 ms`.
  if (whole.charCodeAt(hash + 1) === 0x20 && !BEGINS_DIRECTIVE.test(tail))
    return { title: showEscapes(whole.slice(0, hash)).trim(), reason: showEscapes(tail), opensBlock };
  const [, word = '', words = ''] = TAP_DIRECTIVE.exec(tail) ?? [];
  if (word !== '')
    return {
      title: showEscapes(whole.slice(0, hash)).trim(),
      directive: word.toUpperCase(),
      reason: trimReason(words),
      opensBlock,
    };
  const plain = DURATION.test(tail) ? whole.slice(0, hash) : whole;
  return { ...readKtap(plain, ok), opensBlock };
}

function readKtap(text: string, ok: boolean): Omit<TapDescription, 'opensBlock'> {
  const [title = '', ...parts] = text.split(/(?:^|\s)#(?:\s|$)/).map((part) => showEscapes(part).trim());
  for (const [index, part] of parts.entries()) {
    const [, directive = '', words = ''] = KTAP_DIRECTIVE.exec(part) ?? [];
    // `ok 1 a # 12 ms # SKIP why` is a skip to the kernel's own parser, too. But a failure is excused only where a
    // directive belongs: what comes later may be quoted.
    const excuses = /^(?:SKIP|TODO|XFAIL)$/.test(directive);
    if (directive !== '' && (index === 0 || ok || !excuses))
      return {
        title,
        directive,
        reason: [trimReason(words), ...parts.slice(index + 1)].filter((word) => word !== '').join(' # '),
      };
  }
  return { title, reason: parts.join(' # ') };
}

/** The first `#` that begins a word: `issue#12` does not have one. */
function findHash(text: string): number {
  let at = text.indexOf('#');
  while (at > 0 && text.charCodeAt(at - 1) !== 0x20 && !/\s/.test(text.charAt(at - 1))) at = text.indexOf('#', at + 1);
  return at;
}

function trimReason(words: string): string {
  return showEscapes(words)
    .replace(/^[\s:]+/, '')
    .trimEnd();
}

function hideEscapes(text: string): string {
  return text.includes('\\')
    ? text.replaceAll(/\\([\\#])/g, (_whole, escaped) => (escaped === '#' ? ESCAPED_HASH : ESCAPED_BACKSLASH))
    : text;
}

function showEscapes(text: string): string {
  return /[\uFDD0\uFDD1]/.test(text) ? text.replaceAll(ESCAPED_HASH, '#').replaceAll(ESCAPED_BACKSLASH, '\\') : text;
}
