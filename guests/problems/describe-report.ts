import type { ProblemKind } from '../../orchestrator/model/problem.ts';
import type { TextShape } from './console-line.ts';
import { findOrigin, findStalledOrigin, type Origin } from './origin.ts';
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
export interface ReportDescription extends Origin {
  readonly kind: ProblemKind;
  readonly title: string;
  readonly signature: string;
  /** What former versions called it, if it was something else. */
  readonly alias: string | undefined;
}

export function describeReport(report: CollectedReport): ReportDescription {
  const { rule, formerRule, texts, shapes, defectLines, panicLine, originLines } = report;
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
  const { cpu, task } = isStall(kind)
    ? findStalledOrigin(texts, stack && texts.slice(stack.from, stack.to), stalledCpu)
    : findOrigin(originLines.map((line) => texts[line] ?? ''));
  return { kind, title, signature, alias, cpu, task };
}
