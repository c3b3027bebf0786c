import { GUEST_ARCH } from '../../arch/architectures.ts';
import type { DotConfig } from './dot-config.ts';
import type { Expression, Operand } from './expression.ts';
import type { KconfigTree } from './kconfig-tree.ts';

/** Kconfig's truth: no, as a module, yes. */
export const TRISTATE = { n: 0, m: 1, y: 2 } as const;

/** A finished configuration together with the rules that it obeys. */
export interface ConfiguredKernel {
  readonly tree: KconfigTree;
  readonly config: DotConfig;
}

/** What a condition comes to. What only the build knows, a macro, counts as true. */
export function evaluate(expression: Expression, kernel: ConfiguredKernel): number {
  switch (expression.kind) {
    case 'symbol':
    case 'constant':
      return asTristate(valueOf(expression, kernel));
    case 'macro':
      return TRISTATE.y;
    case 'not':
      // A negated macro as well: only what is known to block may be blamed.
      return expression.of.kind === 'macro' ? TRISTATE.y : TRISTATE.y - evaluate(expression.of, kernel);
    case 'and':
      return Math.min(...expression.of.map((part) => evaluate(part, kernel)));
    case 'or':
      return Math.max(...expression.of.map((part) => evaluate(part, kernel)));
    case 'compare':
      return compare(expression, kernel) ? TRISTATE.y : TRISTATE.n;
    default:
      return expression satisfies never;
  }
}

/** The value of an option without quotes; a name that no Kconfig file defines stands for itself. */
export function valueOf(operand: Operand, { tree, config }: ConfiguredKernel): string {
  if (operand.kind === 'constant') return operand.value;
  if (operand.kind === 'macro') return operand.text;
  const set = config.get(operand.name);
  if (set !== undefined) return set.replace(/^"(.*)"$/, '$1');
  const type = tree.options.get(operand.name)?.type;
  if (type === undefined) return operand.name;
  return type === 'bool' || type === 'tristate' ? 'n' : '';
}

export function asTristate(value: string): number {
  return value === 'y' ? TRISTATE.y : value === 'm' ? TRISTATE.m : TRISTATE.n;
}

function compare(
  { operator, left, right }: Extract<Expression, { kind: 'compare' }>,
  kernel: ConfiguredKernel,
): boolean {
  if (left.kind === 'macro' || right.kind === 'macro') return expandsToArchitecture(left, right, operator);
  const [a, b] = [valueOf(left, kernel), valueOf(right, kernel)];
  const [x, y] = [Number(a), Number(b)];
  const order = a !== '' && b !== '' && Number.isFinite(x) && Number.isFinite(y) ? x - y : a < b ? -1 : Number(a !== b);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** `"$(ARCH)" = "x86"` may be either, as make was called; other architectures it is not. */
function expandsToArchitecture(left: Operand, right: Operand, operator: string): boolean {
  if (operator !== '=' || left.kind !== 'macro' || right.kind !== 'constant' || !/^\$\((?:SRC)?ARCH\)$/.test(left.text))
    return true;
  return right.value.startsWith(GUEST_ARCH.sourceFolder);
}
