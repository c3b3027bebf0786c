import type { Expression, Operand } from './expression.ts';

/** As it stands in the Kconfig file. */
export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'symbol':
      return expression.name;
    case 'constant':
      return expression.value;
    case 'macro':
      return expression.text;
    case 'not':
      return `!${formatExpression(expression.of)}`;
    case 'compare':
      return `${formatExpression(expression.left)}${expression.operator}${formatExpression(expression.right)}`;
    case 'and':
    case 'or':
      return `(${expression.of.map(formatExpression).join(expression.kind === 'and' ? ' && ' : ' || ')})`;
    default:
      return expression satisfies never;
  }
}

/** The options that it looks at, each once. */
export function namesIn(expression: Expression): string[] {
  return [...new Set(operandsIn(expression).flatMap((operand) => (operand.kind === 'symbol' ? operand.name : [])))];
}

/** What in it only the build itself knows: `$(cc-option,…)`. */
export function macrosIn(expression: Expression): string[] {
  return operandsIn(expression).flatMap((operand) => (operand.kind === 'macro' ? operand.text : []));
}

function operandsIn(expression: Expression): readonly Operand[] {
  switch (expression.kind) {
    case 'not':
      return operandsIn(expression.of);
    case 'and':
    case 'or':
      return expression.of.flatMap(operandsIn);
    case 'compare':
      return [expression.left, expression.right];
    case 'symbol':
    case 'constant':
    case 'macro':
      return [expression];
    default:
      return expression satisfies never;
  }
}
