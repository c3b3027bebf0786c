import type { ProblemKind } from '../../orchestrator/model/problem.ts';
import type { SignatureBasis } from './problem-rule.ts';
import { findTellingFunctions } from './stack-trace.ts';

const FUNCTIONS = 3;
const LOCKS = 2;
const MAX_CHARS = 300;

/** ` (&mm->mmap_lock){++++}-{3:3}, at: `; old kernels say `at: [<…>]`. A class may have parentheses of its own. */
const LOCK = /\(((?:[^()]|\([^()]*\))+)\)\s*\{[^}]*\}/;
const UNLOCKED = /is trying to release lock \(((?:[^()]|\([^()]*\))+)\)/;
/** What else a task holds depends on who called; only where nothing else is told it is the point. */
const HELD = /^\d+ locks? held by /;
/** Which of a chain of like-named classes it is depends on who registered first. */
const CLASS_NUMBER = /#\d+/g;

/** The same for the same defect across addresses, line numbers, PIDs, CPU counts, builds and compilers. */
export function signProblem(kind: ProblemKind, basis: SignatureBasis, title: string, texts: readonly string[]): string {
  return `${kind}: ${describeDefect(basis, title, texts)}`.slice(0, MAX_CHARS);
}

function describeDefect(basis: SignatureBasis, title: string, texts: readonly string[]): string {
  if (basis === 'title') return normaliseTitle(title);
  if (basis === 'locks') {
    const locks = findLockClasses(texts);
    if (locks.length > 0) return locks.join(' / ');
  }
  const functions = findTellingFunctions(texts, FUNCTIONS);
  return functions.length > 0 ? functions.join(' < ') : normaliseTitle(title);
}

function findLockClasses(texts: readonly string[]): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    if (found.size > 0 && HELD.test(text)) break;
    const name = (LOCK.exec(text) ?? UNLOCKED.exec(text))?.[1]?.replaceAll(CLASS_NUMBER, '');
    if (name !== undefined) found.add(name);
    if (found.size === LOCKS) break;
  }
  return [...found];
}

/** What varies from run to run becomes `N`; the words stay. */
function normaliseTitle(title: string): string {
  return title
    // A reboot is a reboot, whatever was booted.
    .replace(/^(Linux version) .*/, '$1')
    .replaceAll(/\bcomm [^:]+:/g, 'comm N:')
    .replaceAll(/=\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*(?=\s|$)/g, '=N')
    .replaceAll(/\+0x[\da-f]+\/0x[\da-f]+/g, '')
    .replaceAll(/\.(?:isra|constprop|part|cold)(?:\.\d+)*/g, '')
    .replaceAll(/\b(?:0x)?[\da-f]{8,}\b|\b0x[\da-f]+\b/g, 'N')
    .replaceAll(/(?<=:)\d+(?=[\s:,]|$)/g, 'N')
    .replaceAll(/(?<![\w-])-?\d+(?:\.\d+)?(?=(?:m?s|[kKMG]B)?\b)/g, 'N')
    .replaceAll(/\b(pmem|loop|virtio|nmem|region|namespace|dax|btt|ndbus|sd[a-z]|vd[a-z]|dm-)\d+(?:\.\d+)?/g, '$1N')
    .replaceAll(/\s+/g, ' ');
}
