import { UserError } from '../../model/errors.ts';

/** Whether a test of these groups is meant. */
export type GroupExpression = (isIn: (group: string) => boolean) => boolean;

/** A group as `check -g` takes it: by its name, or with the folder in which it is looked up (`generic/quick`). */
const TOKEN = /\s*(?:([&|!()])|([\w-]+(?:\/[\w-]+)?))/y;

/**
 * Reads `dax`, `quick & !dangerous`, `(dax | mmap) & auto`: `!` binds closest, then `&`, then `|`. `all` is every test.
 * @throws UserError with the place of what is not understood
 */
export function parseGroupExpression(text: string): GroupExpression {
  const tokens = tokenize(text);
  let next = 0;
  const take = (token: string): boolean => {
    if (tokens[next] !== token) return false;
    next += 1;
    return true;
  };

  const either = (): GroupExpression => {
    let left = both();
    while (take('|')) left = join(left, both(), (a, b) => a || b);
    return left;
  };
  const both = (): GroupExpression => {
    let left = one();
    while (take('&')) left = join(left, one(), (a, b) => a && b);
    return left;
  };
  const one = (): GroupExpression => {
    if (take('!')) {
      const not = one();
      return (isIn) => !not(isIn);
    }
    if (take('(')) {
      const inner = either();
      if (!take(')')) throw refuse(text, 'a ")" is missing');
      return inner;
    }
    const group = tokens[next];
    if (group === undefined || /^[&|)]$/.test(group))
      throw refuse(
        text,
        group === undefined ? 'it ends where a group should stand' : `"${group}" stands where a group should`,
      );
    next += 1;
    return group === 'all' ? () => true : (isIn) => isIn(group);
  };

  const expression = either();
  if (next < tokens.length) throw refuse(text, `"${tokens[next]}" is not expected there; groups are joined by & or |`);
  return expression;
}

/** The groups that an expression names. */
export function groupsIn(text: string): readonly string[] {
  return tokenize(text).filter((token) => !/^[&|!()]$/.test(token) && token !== 'all');
}

function tokenize(text: string): readonly string[] {
  const tokens: string[] = [];
  const token = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw refuse(text, `"${text.slice(at).trim().slice(0, 1)}" is no part of a group's name`);
    tokens.push(match[1] ?? match[2] ?? '');
  }
  return tokens;
}

function join(
  left: GroupExpression,
  right: GroupExpression,
  how: (a: boolean, b: boolean) => boolean,
): GroupExpression {
  return (isIn) => how(left(isIn), right(isIn));
}

function refuse(text: string, why: string): UserError {
  return new UserError(`the group expression "${text}" is not understood: ${why}`, {
    code: 'bad-group-expression',
    remedy: 'write such as dax, or quick & !dangerous, or (dax | mmap) & auto',
  });
}
