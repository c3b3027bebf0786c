/** A condition of the Kconfig language (Documentation/kbuild/kconfig-language.rst). */
export type Expression =
  | Operand
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Operand; readonly right: Operand };

export type Operand =
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: string }
  /** `$(cc-option,…)`: only the build itself knows its value. */
  | { readonly kind: 'macro'; readonly text: string };

const COMPARISONS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);

/** Splits a line into words, quoted strings with their quotes, macros and operators. Ends at a comment. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '#') break;
    const token = /\s/.test(char) ? char : readToken(text, at);
    if (token.trim() !== '') tokens.push(token);
    at += token.length;
  }
  return tokens;
}

function readToken(text: string, at: number): string {
  if (text.startsWith('$(', at)) return readMacro(text, at);
  const match = /"(?:[^"\\]|\\.)*"?|'[^']*'?|&&|\|\||[!<>]=|[=<>!()]|[\w./-]+|./y;
  match.lastIndex = at;
  return match.exec(text)?.[0] ?? text.charAt(at);
}

/** To its closing bracket; macros nest. */
function readMacro(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0 && at > start + 1) return text.slice(start, at + 1);
  }
  return text.slice(start);
}

/** Reads a whole condition; what cannot be read becomes a macro: unknown, but shown. */
export function parseExpression(tokens: readonly string[]): Expression {
  const rest = [...tokens];
  const expression = parseOr(rest);
  return rest.length === 0 ? expression : { kind: 'macro', text: tokens.join(' ') };
}

function parseOr(rest: string[]): Expression {
  return parseChain(rest, '||', 'or', () => parseChain(rest, '&&', 'and', () => parseNot(rest)));
}

function parseChain(rest: string[], operator: string, kind: 'and' | 'or', parsePart: () => Expression): Expression {
  const first = parsePart();
  const parts = [first];
  while (rest[0] === operator) {
    rest.shift();
    parts.push(parsePart());
  }
  return parts.length === 1 ? first : { kind, of: parts };
}

function parseNot(rest: string[]): Expression {
  const token = rest.shift() ?? '';
  if (token === '!') return { kind: 'not', of: parseNot(rest) };
  if (token === '(') {
    const inner = parseOr(rest);
    if (rest[0] === ')') rest.shift();
    return inner;
  }
  const left = parseOperand(token);
  const operator = rest[0];
  if (operator === undefined || !COMPARISONS.has(operator)) return left;
  rest.shift();
  return { kind: 'compare', operator, left, right: parseOperand(rest.shift() ?? '') };
}

export function parseOperand(token: string): Operand {
  const quoted = /^["'](.*?)["']?$/s.exec(token)?.[1];
  if ((quoted ?? token).includes('$(')) return { kind: 'macro', text: quoted ?? token };
  if (quoted !== undefined) return { kind: 'constant', value: quoted };
  return /^[ymn]$|^-?\d+$|^0x[\da-f]+$/i.test(token)
    ? { kind: 'constant', value: token }
    : { kind: 'symbol', name: token };
}

export function allOf(parts: readonly Expression[]): Expression {
  const [first, ...others] = parts;
  if (first === undefined) return { kind: 'constant', value: 'y' };
  return others.length === 0 ? first : { kind: 'and', of: parts };
}
