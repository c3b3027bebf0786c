import { allOf, type Expression, parseExpression, parseOperand, tokenize } from './expression.ts';
import type {
  Choice,
  ConditionalValue,
  KconfigOption,
  KconfigTree,
  OptionDefinition,
  OptionRange,
  OptionType,
  Select,
} from './kconfig-tree.ts';
import { dropHelpTexts } from './kconfig-help.ts';
import type { KconfigLine } from './read-kconfig.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** A menu, choice or `if` around what follows, until its end. */
interface Block {
  readonly dependsOn: Expression[];
  /** Hides prompts, but leaves the values alone. */
  readonly visibleIf: Expression[];
  readonly choice?: Choice & { prompt: string; readonly members: string[] };
}

interface OpenOption {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly around: readonly Block[];
  type: OptionType;
  readonly dependsOn: Expression[];
  prompt?: Expression;
  readonly defaults: ConditionalValue[];
  readonly ranges: OptionRange[];
}

const TYPES: Readonly<Record<string, OptionType>> = {
  bool: 'bool',
  boolean: 'bool',
  def_bool: 'bool',
  tristate: 'tristate',
  def_tristate: 'tristate',
  string: 'string',
  int: 'int',
  hex: 'hex',
};

/** Reads what decides whether an option can be set: conditions, prompts, defaults, ranges, choices and selects. */
export function parseKconfig(lines: readonly KconfigLine[]): KconfigTree {
  const options = new Map<string, KconfigOption>();
  const selects = new Map<string, Select[]>();
  const blocks: Block[] = [];
  let open: OpenOption | Block | undefined;

  const close = (): void => {
    if (open !== undefined && 'name' in open) addDefinition(options, open);
    open = undefined;
  };

  for (const { text, file, line } of dropHelpTexts(lines)) {
    const [keyword = '', ...words] = tokenize(text);
    switch (keyword) {
      case 'config':
      case 'menuconfig': {
        close();
        const name = words[0] ?? '';
        open = { name, file, line, around: [...blocks], type: 'unknown', dependsOn: [], defaults: [], ranges: [] };
        blocks.findLast(({ choice }) => choice)?.choice?.members.push(name);
        break;
      }
      case 'menu':
      case 'choice':
        close();
        open = { dependsOn: [], visibleIf: [], ...(keyword === 'choice' && { choice: { prompt: '', members: [] } }) };
        blocks.push(open);
        break;
      case 'if':
        close();
        blocks.push({ dependsOn: [parseExpression(words)], visibleIf: [] });
        break;
      case 'endif':
      case 'endmenu':
      case 'endchoice':
        close();
        blocks.pop();
        break;
      case 'comment':
        close();
        // Its conditions belong to no option.
        open = { dependsOn: [], visibleIf: [] };
        break;
      case 'visible':
        if (open && 'visibleIf' in open) open.visibleIf.push(parseExpression(words.slice(1)));
        break;
      case 'depends':
        open?.dependsOn.push(conditionalDependency(words.slice(1)));
        break;
      case 'select':
        if (open && 'name' in open) addSelect(selects, open, words);
        break;
      default:
        if (open) addProperty(open, keyword, words);
    }
  }
  close();
  return { options, selects };
}

function addProperty(open: OpenOption | Block, keyword: string, words: readonly string[]): void {
  const [value, condition] = splitAtIf(words);
  const type = TYPES[keyword];
  if (!('name' in open)) {
    if (open.choice && (keyword === 'prompt' || type !== undefined) && value.length > 0) {
      open.choice.prompt = unquote(value.join(' '));
      open.visibleIf.push(condition);
    }
    return;
  }
  if (type !== undefined) open.type = type;
  if (keyword === 'default' || keyword.startsWith('def_'))
    open.defaults.push({ value: parseExpression(value), condition });
  else if (keyword === 'range')
    open.ranges.push({ low: parseOperand(value[0] ?? ''), high: parseOperand(value[1] ?? ''), condition });
  else if (keyword === 'prompt' || (type !== undefined && value.length > 0)) open.prompt = condition;
}

function addSelect(selects: Map<string, Select[]>, open: OpenOption, words: readonly string[]): void {
  const [[target = ''], condition] = splitAtIf(words);
  const known = selects.get(target) ?? [];
  known.push({ by: open.name, condition });
  selects.set(target, known);
}

function addDefinition(options: Map<string, KconfigOption>, open: OpenOption): void {
  const { name, type, file, line, around, prompt, defaults, ranges } = open;
  const choice = around.findLast((block) => block.choice)?.choice;
  const definition: OptionDefinition = {
    file,
    line,
    dependsOn: allOf([...around.flatMap((block) => block.dependsOn), ...open.dependsOn]),
    defaults,
    ranges,
    ...(prompt && { prompt: allOf([...around.flatMap(({ visibleIf }) => visibleIf), prompt]) }),
    ...present({ choice }),
  };
  const known = options.get(name);
  const definitions = [...(known?.definitions ?? []), definition];
  options.set(name, { name, type: known === undefined || known.type === 'unknown' ? type : known.type, definitions });
}

/** `depends on A if B`, which newer kernels know: A matters only where B is set. */
function conditionalDependency(words: readonly string[]): Expression {
  if (!words.includes('if')) return parseExpression(words);
  const [dependency, condition] = splitAtIf(words);
  return { kind: 'or', of: [{ kind: 'not', of: condition }, parseExpression(dependency)] };
}

function splitAtIf(words: readonly string[]): [readonly string[], Expression] {
  const at = words.indexOf('if');
  return at < 0 ? [words, allOf([])] : [words.slice(0, at), parseExpression(words.slice(at + 1))];
}

function unquote(text: string): string {
  return text.replace(/^["'](.*)["']$/, '$1');
}
