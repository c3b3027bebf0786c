import type { KconfigLine } from './read-kconfig.ts';

/** Kconfig's own idea of a tab. */
const TAB_WIDTH = 8;

/**
 * Leaves out blank lines and help texts, which end where a line is indented less than their first one, or with their
 * file.
 */
export function dropHelpTexts(lines: readonly KconfigLine[]): KconfigLine[] {
  let help: { readonly file: string; indent?: number } | undefined;
  return lines.filter(({ text, file }) => {
    if (text.trim() === '') return false;
    if (help?.file === file) {
      const indent = indentation(text);
      help.indent ??= indent;
      if (indent > 0 && indent >= help.indent) return false;
    }
    help = /^\s*(?:help|---help---)\s*$/.test(text) ? { file } : undefined;
    return help === undefined;
  });
}

function indentation(text: string): number {
  let width = 0;
  for (const char of text) {
    if (char === '\t') width += TAB_WIDTH - (width % TAB_WIDTH);
    else if (char === ' ') width += 1;
    else break;
  }
  return width;
}
