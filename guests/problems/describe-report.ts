import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import type { TextShape } from './console-line.ts';
import { findOrigin, findStalledOrigin } from './origin.ts';
import type { ProblemRule } from './problem-rule.ts';
import { findStalledCpu, isStall } from './report-stacks.ts';
import { signProblem } from './signature.ts';

/** What a report has collected. */
export interface CollectedReport {
  /** Undefined where all that is known is that somebody cut here. */
  readonly rule: ProblemRule | undefined;
  /** The rule of former versions that fits it. */
  readonly formerRule: ProblemRule | undefined;
  readonly title: string;
  readonly texts: readonly string[];
  readonly shapes: readonly TextShape[];
  /** So many lines say what the defect is; undefined: all. */
  readonly defectLines: number | undefined;
  readonly panicLine: number | undefined;
  /** The lines that may say where it comes from. */
  readonly originLines: readonly number[];
}

/** What a report says, in short. */
export function describeReport({ rule, formerRule, texts, shapes, defectLines, panicLine, originLines, ...report }: CollectedReport): Pick<KernelProblem, 'kind' | 'title' | 'signature' | 'aliases' | 'cpu' | 'task'> {
  const kind = rule?.kind ?? 'warning';
  const title = rule === undefined ? (texts[1] ?? '').trim() : report.title;
  const stalledCpu = isStall(kind) ? findStalledCpu(texts) : undefined;
  const { signature, alias, stack } = signProblem({
    kind,
    basis: rule?.signature ?? 'functions',
    title,
    texts,
    shapes,
    ownLines: Math.min(texts.length, defectLines ?? texts.length),
    panicLine,
    stalledCpu,
    formerKind: rule === undefined ? kind : formerRule?.kind,
  });
  const origin = isStall(kind) ? findStalledOrigin(texts, stack && texts.slice(stack.from, stack.to), stalledCpu) : findOrigin(originLines.flatMap((line) => texts[line] ?? []));
  return { kind, title, signature, ...(alias !== undefined && { aliases: [alias] }), ...origin };
}
