import { cleanLine } from '../../text/clean-text.ts';
import type { Property } from './junit-properties.ts';

/*
 * Lines that dashboards read off a test's output: `[[PROPERTY|name=value]]` (Jenkins' JUnit plugin),
 * `[[ATTACHMENT|path]]` (GitLab, Jenkins' JUnit Attachments). Neither has a way to escape a bracket, and a test names
 * its own files and figures.
 */

/** One property. Its brackets become round and a name has no `=`: it ends where the line says. */
export function formatProperty([name, value]: Property): string {
  return `[[PROPERTY|${roundBrackets(name).replaceAll('=', '_')}=${roundBrackets(value)}]]`;
}

/**
 * One file. Empty for a path that would end early, begin another line or be shown otherwise than it is: its property
 * still names it.
 */
export function formatAttachment(path: string): readonly string[] {
  return /[[\]]{2}|\||\]$|^\[/.test(path) || cleanLine(path) !== path ? [] : [`[[ATTACHMENT|${path}]]`];
}

/** What a program printed, without such lines: some readers look for them in any text. */
export function disarm(text: string): string {
  return text.replaceAll(/\[\[(?=PROPERTY\||ATTACHMENT\|)/g, '[ [');
}

function roundBrackets(text: string): string {
  return text.replaceAll('[', '(').replaceAll(']', ')');
}
