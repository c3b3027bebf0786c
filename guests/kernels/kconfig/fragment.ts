import { UserError, type SourcePosition } from '../../../orchestrator/model/errors.ts';

/** An option that somebody asks for: `CONFIG_SMP=y`. */
export interface WantedOption {
  /** Without `CONFIG_`. */
  readonly name: string;
  /** As in a `.config`: `y`, `m`, a number, a quoted string; `n` for `# CONFIG_X is not set`. */
  readonly value: string;
  /** Asked for only of kernels that know it. */
  readonly optional: boolean;
  readonly origin: SourcePosition;
}

/** Comment by which a fragment says that the options right below it are not in every kernel. */
const OPTIONAL = /^#\s*if the kernel has it\b/;
const SET = /^CONFIG_(\w+)=(\S.*)$/;
const UNSET = /^# CONFIG_(\w+) is not set$/;
const VALUE = /^(?:[ymn]|-?\d+|0[xX][\da-fA-F]+|"(?:[^"\\]|\\.)*")$/;

/**
 * The options of a fragment, which is a piece of a `.config`. One comment has a meaning: `# if the kernel has it`
 * makes the option lines that follow it directly optional. Throws UserError, with the line, for what is no such text.
 */
export function parseFragment(text: string, file: string): WantedOption[] {
  const options = new Map<string, WantedOption>();
  let optional = false;
  for (const [index, line] of text.split('\n').entries()) {
    const origin = { file, line: index + 1 };
    const option = parseLine(line.trim(), origin);
    if (option === undefined) {
      optional = OPTIONAL.test(line.trim());
      continue;
    }
    const earlier = options.get(option.name);
    if (earlier && earlier.value !== option.value) {
      throw badFragment(
        `${formatOption(option)} contradicts line ${earlier.origin.line}: ${formatOption(earlier)}.`,
        origin,
        'leave one of the two.',
      );
    }
    options.set(option.name, { ...option, optional });
  }
  return [...options.values()];
}

function parseLine(line: string, origin: SourcePosition): Omit<WantedOption, 'optional'> | undefined {
  const unset = UNSET.exec(line)?.[1];
  if (unset !== undefined) return { name: unset, value: 'n', origin };
  if (line === '' || line.startsWith('#')) return undefined;
  const [, name, value] = SET.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    throw badFragment(
      `this is no line of a kernel configuration: ${line}`,
      origin,
      'write CONFIG_NAME=value, or # CONFIG_NAME is not set.',
    );
  }
  if (!VALUE.test(value)) {
    throw badFragment(
      `CONFIG_${name} cannot be ${value}.`,
      origin,
      'a value is y, m, n, a number, or a string in double quotes; a comment needs a line of its own.',
    );
  }
  return { name, value, origin };
}

/** As it stands in a `.config`. */
export function formatOption({ name, value }: Pick<WantedOption, 'name' | 'value'>): string {
  return value === 'n' ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${value}`;
}

function badFragment(message: string, position: SourcePosition, remedy: string): UserError {
  return new UserError(message, { code: 'bad-kconfig-fragment', position, remedy });
}
