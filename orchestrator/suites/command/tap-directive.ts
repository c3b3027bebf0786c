import type { Result } from 'tap-parser';

/** Stands for an escaped `#`, which tap-parser hands out as if it had not been escaped; Unicode keeps this character for such a use. */
const ESCAPED_HASH = '\uFDD0';

/** What stands behind the name in a result line. */
export interface TapDirective {
  readonly title: string;
  /** SKIP, TODO, XFAIL, TIMEOUT, ERROR or `exit=1`; without one, `reason` is diagnostic data. */
  readonly directive?: string;
  readonly reason: string;
}

/** A result line whose escaped `#` (TAP 14: `\#`) outlive the parser. */
export function keepEscapedHashes(line: string): string {
  return line.replaceAll(/\\([\\#])/g, (whole, escaped) => (escaped === '#' ? ESCAPED_HASH : whole));
}

/**
 * Parts a result's name from what follows ` # `: TAP's SKIP and TODO come from the parser, KTAP's other directives and diagnostic data (`# 12 ms`) it leaves in the name.
 * https://docs.kernel.org/dev-tools/ktap.html
 */
export function readDirective({ ok, name, skip, todo }: Pick<Result, 'ok' | 'name' | 'skip' | 'todo'>): TapDirective {
  if (skip !== false) return { title: unescape(name), directive: 'SKIP', reason: skip === true ? '' : unescape(skip) };
  if (todo !== false) return { title: unescape(name), directive: 'TODO', reason: todo === true ? '' : unescape(todo) };
  const [title = '', ...parts] = name.split(/(?:^|\s)#(?:\s|$)/).map((part) => unescape(part).trim());
  for (const [index, part] of parts.entries()) {
    // kselftest.h writes `error` small.
    const [, directive = '', words = ''] = /^(SKIP\b|TODO\b|XFAIL\b|TIMEOUT\b|(?:[Ee]rror|ERROR)(?=\s|$)|exit=\d+)(.*)$/.exec(part) ?? [];
    // `ok 1 a # 12 ms # SKIP why` is a skip to the kernel's own parser, too; but a failure is excused only where a directive belongs: what comes later may be quoted.
    const excuses = /^(?:SKIP|TODO|XFAIL)$/.test(directive);
    if (directive !== '' && (index === 0 || ok || !excuses)) return { title, directive, reason: [words.trim(), ...parts.slice(index + 1)].filter((word) => word !== '').join(' # ') };
  }
  return { title, reason: parts.join(' # ') };
}

function unescape(text: string): string {
  return text.replaceAll(ESCAPED_HASH, '#');
}
