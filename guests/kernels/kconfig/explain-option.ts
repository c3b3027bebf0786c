import { closest, distance } from 'fastest-levenshtein';
import { closestDefinition, describePromptless, findBlockers } from './blockers.ts';
import { asTristate, evaluate, TRISTATE, valueOf, type ConfiguredKernel } from './evaluate.ts';
import { allOf } from './expression.ts';
import { formatExpression, macrosIn } from './expression-parts.ts';
import type { WantedOption } from './fragment.ts';
import type { KconfigOption, OptionDefinition } from './kconfig-tree.ts';

/**
 * Why an option is not what was asked for: a clause that names the missing dependency, its choice, range or selector.
 */
export function explainOption({ name, value }: Pick<WantedOption, 'name' | 'value'>, kernel: ConfiguredKernel): string {
  const option = kernel.tree.options.get(name);
  if (option === undefined) return explainUnknown(name, [...kernel.tree.options.keys()]);
  if (option.type !== 'bool' && option.type !== 'tristate') return explainValue(option, value, kernel);
  if (!/^[ymn]$/.test(value)) return `it is ${option.type === 'bool' ? 'y or n' : 'y, m or n'}, not a value`;
  if (value === 'm' && option.type === 'bool') return 'it cannot be a module: ask for y';
  const actual = asTristate(kernel.config.get(name) ?? 'n');
  if (actual > asTristate(value)) return explainForced(option, value, kernel);
  const least = option.type === 'bool' ? TRISTATE.m : asTristate(value);
  return explainRefused(option, least, kernel);
}

function explainUnknown(name: string, known: readonly string[]): string {
  const near = known.length === 0 ? undefined : closest(name, known);
  const isNear = near !== undefined && distance(name, near) <= Math.max(2, Math.floor(name.length / 4));
  return `this kernel has no option ${name}${isNear ? `; the nearest name is ${near}` : ''}`;
}

/** Asked for, and lower than that. */
function explainRefused(option: KconfigOption, least: number, kernel: ConfiguredKernel): string {
  const missing = (it: OptionDefinition): string[] => findBlockers(conditionOf(it), least, kernel, [option.name]);
  const definition = closestDefinition(option.definitions, (it) => missing(it).length);
  const blockers = missing(definition);
  if (blockers.length > 0) return `it depends on ${blockers.join(' and ')}`;
  if (definition.prompt === undefined)
    return `it cannot be asked for: ${describePromptless(option.name, definition, kernel, [option.name], 'it')}`;
  const { choice } = definition;
  const taken = choice?.members.find((member) => member !== option.name && kernel.config.get(member) === 'y');
  if (choice && taken !== undefined) return `${taken} was chosen instead (${choice.prompt})`;
  const macros = macrosIn(conditionOf(definition));
  if (macros.length > 0) return `the compiler or the host lacks what it depends on: ${macros.join(' and ')}`;
  return `no reason is found in ${definition.file}:${definition.line}`;
}

/** Asked to be off, or a module, and on nevertheless. */
function explainForced({ name, definitions }: KconfigOption, value: string, kernel: ConfiguredKernel): string {
  const wanted = value === 'n' ? 'switched off' : 'a module';
  const selectors = (kernel.tree.selects.get(name) ?? []).filter(
    ({ by, condition }) =>
      Math.min(evaluate({ kind: 'symbol', name: by }, kernel), evaluate(condition, kernel)) > asTristate(value),
  );
  if (selectors.length > 0)
    return (
      `it cannot be ${wanted}: ${selectors.map(({ by }) => by).join(', ')} ` +
      `${selectors.length > 1 ? 'select' : 'selects'} it`
    );
  const prompted = definitions.some(({ prompt }) => prompt !== undefined && evaluate(prompt, kernel) > TRISTATE.n);
  return prompted
    ? `it cannot be ${wanted}, for no reason found in Kconfig`
    : `it cannot be ${wanted}: this kernel does not ask, it follows from its default`;
}

/** Numbers and strings. */
function explainValue(option: KconfigOption, value: string, kernel: ConfiguredKernel): string {
  const definition = closestDefinition(
    option.definitions,
    (it) => findBlockers(conditionOf(it), TRISTATE.m, kernel, [option.name]).length,
  );
  const blockers = findBlockers(conditionOf(definition), TRISTATE.m, kernel, [option.name]);
  if (blockers.length > 0) return `it depends on ${blockers.join(' and ')}`;
  if (definition.prompt === undefined) return 'it cannot be asked for: it has no prompt';
  if (option.type === 'string' && !value.startsWith('"')) return 'it is a string: put the value in double quotes';
  const range = definition.ranges.find(({ condition }) => evaluate(condition, kernel) > TRISTATE.n);
  if (range === undefined) return `it wants ${option.type === 'string' ? 'a string' : 'a number'}`;
  return `it must lie between ${[range.low, range.high].map((end) => valueOf(end, kernel) || formatExpression(end)).join(' and ')}`;
}

function conditionOf({ dependsOn, prompt }: OptionDefinition): OptionDefinition['dependsOn'] {
  return allOf(prompt === undefined ? [dependsOn] : [dependsOn, prompt]);
}
