import { asTristate, evaluate, TRISTATE, valueOf, type ConfiguredKernel } from './evaluate.ts';
import type { Expression, Operand } from './expression.ts';
import { formatExpression, macrosIn, namesIn } from './expression-parts.ts';
import type { OptionDefinition } from './kconfig-tree.ts';

/** How far the reason of a reason is followed. */
const MAX_DEPTH = 3;
/** More alternatives than these would not help anybody. */
const MAX_SHOWN = 5;

/**
 * What of a condition is missing for it to reach `least`, each with its value and the reason for that:
 * `DEV_DAX (=n, which depends on TRANSPARENT_HUGEPAGE (=n))`. Empty if nothing known is.
 */
export function findBlockers(
  condition: Expression,
  least: number,
  kernel: ConfiguredKernel,
  followed: readonly string[] = [],
): string[] {
  if (evaluate(condition, kernel) >= least) return [];
  switch (condition.kind) {
    case 'symbol':
      return [
        `${condition.name} (=${shownValue(condition, kernel)}${reasonOf(condition.name, least, kernel, followed)})`,
      ];
    case 'and':
      return [...new Set(condition.of.flatMap((part) => findBlockers(part, least, kernel, followed)))];
    case 'or':
      return [
        `(${alternatives(condition.of.map((part) => findBlockers(part, least, kernel, followed).join(' and ')))})`,
      ];
    case 'not':
    case 'compare':
      return [
        `${formatExpression(condition)} (${namesIn(condition)
          .map((name) => `${name}=${shownValue({ kind: 'symbol', name }, kernel)}`)
          .join(', ')})`,
      ];
    case 'constant':
    case 'macro':
      return [formatExpression(condition)];
    default:
      return condition satisfies never;
  }
}

/** `, which …` if that option in turn could not be set, or cannot be asked for. */
function reasonOf(name: string, least: number, kernel: ConfiguredKernel, followed: readonly string[]): string {
  const option = kernel.tree.options.get(name);
  if (option === undefined) return ', which this kernel does not have';
  if (followed.length >= MAX_DEPTH || followed.includes(name)) return '';
  const path = [...followed, name];
  const definition = closestDefinition(
    option.definitions,
    (it) => findBlockers(it.dependsOn, least, kernel, path).length,
  );
  const blockers = findBlockers(definition.dependsOn, least, kernel, path);
  if (blockers.length > 0) return `, which depends on ${blockers.join(' and ')}`;
  return definition.prompt === undefined
    ? `, which ${describePromptless(name, definition, kernel, path, 'which')}`
    : '';
}

/** If there are several definitions, the one that asks for least; those that can be asked for come first. */
export function closestDefinition(
  definitions: readonly OptionDefinition[],
  countBlockers: (definition: OptionDefinition) => number,
): OptionDefinition {
  const prompted = definitions.filter(({ prompt }) => prompt !== undefined);
  const ranked = (prompted.length > 0 ? prompted : definitions).toSorted((a, b) => countBlockers(a) - countBlockers(b));
  const [closest] = ranked;
  if (closest === undefined) throw new Error('an option has at least one definition');
  return closest;
}

/** A clause about an option without a prompt: who would have to select it, or from what its value follows. */
export function describePromptless(
  name: string,
  { defaults }: OptionDefinition,
  kernel: ConfiguredKernel,
  followed: readonly string[],
  subject: 'it' | 'which',
): string {
  const object = subject === 'it' ? ' it' : '';
  const selectors = (kernel.tree.selects.get(name) ?? []).map(({ by, condition }) => {
    const unless = findBlockers(condition, TRISTATE.m, kernel, followed);
    return `${by} (=${shownValue({ kind: 'symbol', name: by }, kernel)}${unless.length > 0 ? `, and that if ${formatExpression(condition)}` : ''})`;
  });
  if (selectors.length > 0) return `only ${alternatives(selectors)} can select${object}`;
  const follows = defaults.map(({ value, condition }) => {
    const source = isYes(value) ? condition : value;
    return [...findBlockers(source, TRISTATE.y, kernel, followed), ...macrosIn(source)].join(' and ');
  });
  if (follows.some(Boolean)) return `${subject === 'it' ? 'it ' : ''}follows from ${alternatives(follows)}`;
  return `nothing selects${object}`;
}

function isYes(value: Expression): boolean {
  return value.kind === 'constant' && asTristate(value.value) === TRISTATE.y;
}

function alternatives(all: readonly string[]): string {
  const texts = [...new Set(all.filter(Boolean))];
  const more = texts.length > MAX_SHOWN ? [`${texts.length - MAX_SHOWN} others`] : [];
  return [...texts.slice(0, MAX_SHOWN), ...more].join(' or ');
}

function shownValue(operand: Operand, kernel: ConfiguredKernel): string {
  return operand.kind === 'symbol' && !kernel.tree.options.has(operand.name) && !kernel.config.has(operand.name)
    ? 'n'
    : valueOf(operand, kernel);
}
