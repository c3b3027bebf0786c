import type { ProblemRule } from './problem-rule.ts';
import { DEVICE_RULES } from './rules/devices.ts';
import { FAULT_RULES } from './rules/faults.ts';
import { FILESYSTEM_RULES } from './rules/filesystems.ts';
import { GENERAL_RULES } from './rules/general.ts';
import { HARDWARE_RULES } from './rules/hardware.ts';
import { HANG_RULES } from './rules/hangs.ts';
import { LOCKDEP_RULES } from './rules/lockdep.ts';
import { MEMORY_RULES } from './rules/memory.ts';
import { SANITIZER_RULES } from './rules/sanitizers.ts';
import { remember } from './remember.ts';
import { createWordFinder } from './word-finder.ts';

/** The table, the most specific rows first. */
const PROBLEM_RULES: readonly ProblemRule[] = [
  ...SANITIZER_RULES,
  ...LOCKDEP_RULES,
  ...MEMORY_RULES,
  ...HANG_RULES,
  ...HARDWARE_RULES,
  ...FAULT_RULES,
  ...FILESYSTEM_RULES,
  ...DEVICE_RULES,
  ...GENERAL_RULES,
];

/** Opens WARNINGs and BUGs, before it is known of what kind. */
export const CUT_HERE = '------------[ cut here ]------------';
/** The upper edge of the frame around lockdep's and the sanitizers' reports. */
const FRAME_EDGE = '==========';
/** Begins a line of the rig's own in the kernel log. */
export const MARKER = 'pmemrig: ';

const WORDS = [...new Set([CUT_HERE, FRAME_EDGE, MARKER, ...PROBLEM_RULES.flatMap(({ words }) => words)])];
/** Finds wherever something may begin. */
export const WORD_FINDER = createWordFinder(WORDS);
/** By a word's place, the rows that have it. */
const RULES_OF_WORD: readonly (readonly ProblemRule[])[] = WORDS.map((word) =>
  PROBLEM_RULES.filter(({ words }) => words.includes(word)),
);
const RANKS = new Map(PROBLEM_RULES.map((rule, index) => [rule, index]));

/** The first row of the table that fits a line. @param words those that it has, by {@link WORD_FINDER} */
export function findRule(
  text: string,
  words: readonly number[],
): { readonly rule: ProblemRule; readonly title: string } | undefined {
  for (const rule of listCandidates(words)) {
    const match = rule.start.exec(text);
    if (match !== null && rule.unless?.test(text) !== true)
      return { rule, title: cleanTitle(match.groups?.['title'] ?? text) };
  }
  return undefined;
}

/** Specific before general: the lower, the more it says. */
export function rankRule(rule: ProblemRule): number {
  return RANKS.get(rule) ?? PROBLEM_RULES.length;
}

const CANDIDATES = remember((words: string): readonly ProblemRule[] => {
  const rules = new Set(words.split(' ').flatMap((word) => RULES_OF_WORD[Number(word)] ?? []));
  return [...rules].toSorted((one, other) => rankRule(one) - rankRule(other));
});

function listCandidates(words: readonly number[]): readonly ProblemRule[] {
  const [word = -1] = words;
  return words.length === 1 ? (RULES_OF_WORD[word] ?? []) : CANDIDATES(words.join(' '));
}

/** Before 4.11 lockdep's titles stood in brackets. */
function cleanTitle(title: string): string {
  return title.trim().replace(/^\[ (.+) \]$/, '$1');
}
