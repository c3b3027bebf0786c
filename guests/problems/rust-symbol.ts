/** A name in Rust's legacy mangling: `_ZN4core9panicking5panic17h0123456789abcdefE`. */
const LEGACY = /^_ZN((?:\d+[\w$.]+?)+)E?(?:\.\w+)*$/;
const LEGACY_HASH = /^h[\da-f]{16}$/;
const ESCAPES: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};
/** No name that a compiler makes has so many parts; back references could stand for any number. */
const MAX_PARTS = 500;
/** `Cs` and the crate's hash. */
const CRATE_HASH = /(?<=C)s[\da-zA-Z]+_/g;

/**
 * Rust's name for a function of a stack trace, without what another build changes: the hashes of crates and of the
 * function, generic arguments. A name of another language is given back as it is, one that cannot be read without the
 * crates' hashes.
 *
 * @see https://doc.rust-lang.org/rustc/symbol-mangling/v0.html
 */
export function demangleRust(symbol: string): string {
  if (symbol.startsWith('_R')) return new V0Reader(symbol).read() ?? symbol.replaceAll(CRATE_HASH, '');
  return symbol.startsWith('_ZN') ? demangleLegacy(symbol) : symbol;
}

function demangleLegacy(symbol: string): string {
  const match = LEGACY.exec(symbol);
  if (match === null) return symbol;
  const parts: string[] = [];
  for (let rest = match[1] ?? ''; rest !== '';) {
    const digits = /^\d+/.exec(rest)?.[0] ?? '';
    const end = digits.length + Number(digits);
    if (digits === '' || end > rest.length) return symbol;
    parts.push(rest.slice(digits.length, end));
    rest = rest.slice(end);
  }
  // C++ mangles alike, but has no hash.
  if (!LEGACY_HASH.test(parts.pop() ?? '')) return symbol;
  return parts
    .map((part) =>
      part
        .replace(/^_(?=\$)/, '')
        .replaceAll('..', '::')
        .replaceAll(/\$(?:u([\da-f]{1,6})|([A-Z]{1,2}))\$/g, readEscape),
    )
    .join('::');
}

function readEscape(escape: string, code: string | undefined, name: string | undefined): string {
  return code === undefined ? (ESCAPES[name ?? ''] ?? escape) : String.fromCodePoint(Number.parseInt(code, 16));
}

/**
 * Reads the path of a `_R` symbol. Each reader of a part gives undefined where the symbol is not as the specification
 * says.
 */
class V0Reader {
  readonly #text: string;
  #at = 0;
  #parts = 0;

  constructor(symbol: string) {
    // A vendor's suffix such as `.llvm.123` is no part of it.
    this.#text = symbol.slice(2).replace(/[.$].*$/s, '');
  }

  read(): string | undefined {
    // An encoding version: none is defined so far.
    if (/^\d/.test(this.#text)) return undefined;
    try {
      return this.#readPath();
    } catch (error) {
      if (error instanceof UnreadableSymbol) return undefined;
      throw error;
    }
  }

  #readPath(): string {
    this.#countPart();
    switch (this.#next()) {
      case 'C':
        return this.#readIdentifier();
      case 'M':
        this.#skipImplPath();
        return `<${this.#readType()}>`;
      case 'X':
        this.#skipImplPath();
        return this.#readTraitImpl();
      case 'Y':
        return this.#readTraitImpl();
      case 'N':
        return this.#readNested();
      case 'I':
        return this.#readGenericPath();
      case 'B':
        return this.#readBackReference(() => this.#readPath());
      default:
        throw new UnreadableSymbol();
    }
  }

  #readTraitImpl(): string {
    const type = this.#readType();
    return `<${type} as ${this.#readPath()}>`;
  }

  /** Which impl block it is: another number in another build. */
  #skipImplPath(): void {
    this.#readDisambiguator();
    this.#readPath();
  }

  #readNested(): string {
    const namespace = this.#next();
    const outer = this.#readPath();
    const name = this.#readIdentifier();
    if (namespace === 'C') return `${outer}::{closure}`;
    if (namespace === 'S') return `${outer}::{shim}`;
    return name === '' ? outer : `${outer}::${name}`;
  }

  #readGenericPath(): string {
    const path = this.#readPath();
    this.#readUntilE(() => {
      this.#readGenericArgument();
    });
    return path;
  }

  #readGenericArgument(): void {
    if (this.#take('L')) this.#readBase62();
    else if (this.#take('K')) this.#skipConst();
    else this.#readType();
  }

  #readType(): string {
    this.#countPart();
    const tag = this.#next();
    switch (tag) {
      case 'R':
      case 'Q':
        if (this.#take('L')) this.#readBase62();
        return `&${tag === 'Q' ? 'mut ' : ''}${this.#readType()}`;
      case 'P':
      case 'O':
        return `*${tag === 'P' ? 'const' : 'mut'} ${this.#readType()}`;
      case 'A':
        return `[${this.#readType()}; ${this.#skipConst()}]`;
      case 'S':
        return `[${this.#readType()}]`;
      case 'T':
        return `(${this.#readUntilE(() => this.#readType()).join(', ')})`;
      case 'F':
        return this.#readFunctionType();
      case 'D':
        return this.#readDynType();
      case 'B':
        return this.#readBackReference(() => this.#readType());
      default:
        break;
    }
    const basic = BASIC_TYPES[tag];
    if (basic !== undefined) return basic;
    this.#at -= 1;
    return this.#readPath();
  }

  #readFunctionType(): string {
    if (this.#take('G')) this.#readBase62();
    this.#take('U');
    if (this.#take('K') && !this.#take('C')) this.#readIdentifier();
    const parameters = this.#readUntilE(() => this.#readType());
    const result = this.#readType();
    return `fn(${parameters.join(', ')})${result === '()' ? '' : ` -> ${result}`}`;
  }

  #readDynType(): string {
    if (this.#take('G')) this.#readBase62();
    const traits = this.#readUntilE(() => {
      const name = this.#readPath();
      while (this.#take('p')) {
        this.#readIdentifier();
        this.#readType();
      }
      return name;
    });
    if (!this.#take('L')) throw new UnreadableSymbol();
    this.#readBase62();
    return `dyn ${traits.join(' + ')}`;
  }

  /** The value of a generic argument or the length of an array. */
  #skipConst(): string {
    this.#countPart();
    if (this.#take('B')) return this.#readBackReference(() => this.#skipConst());
    if (this.#take('p')) return '_';
    this.#readType();
    const value = /^n?[\da-f]*_/.exec(this.#text.slice(this.#at));
    if (value === null) throw new UnreadableSymbol();
    this.#at += value[0].length;
    return '_';
  }

  /** `_` stands between the length and a name that begins with a digit or `_`; `u` marks punycode. */
  #readIdentifier(): string {
    this.#readDisambiguator();
    this.#take('u');
    const length = /^(?:0|[1-9]\d*)/.exec(this.#text.slice(this.#at))?.[0];
    if (length === undefined) throw new UnreadableSymbol();
    this.#at += length.length;
    this.#take('_');
    const end = this.#at + Number(length);
    if (end > this.#text.length) throw new UnreadableSymbol();
    const name = this.#text.slice(this.#at, end);
    this.#at = end;
    return name;
  }

  /** A crate's hash, or the number of a closure. */
  #readDisambiguator(): void {
    if (this.#take('s')) this.#readBase62();
  }

  #readBase62(): number {
    const digits = /^[\da-zA-Z]*_/.exec(this.#text.slice(this.#at))?.[0];
    if (digits === undefined) throw new UnreadableSymbol();
    this.#at += digits.length;
    let value = 0;
    for (const digit of digits.slice(0, -1)) value = value * 62 + BASE_62.indexOf(digit);
    return digits === '_' ? 0 : value + 1;
  }

  /** What was written before, at that offset; `_` if nothing that can be read. */
  #readBackReference(read: () => string): string {
    const target = this.#readBase62();
    const after = this.#at;
    if (target >= after) throw new UnreadableSymbol();
    this.#at = target;
    try {
      return read();
    } catch (error) {
      if (error instanceof UnreadableSymbol && this.#parts <= MAX_PARTS) return '_';
      throw error;
    } finally {
      this.#at = after;
    }
  }

  #readUntilE<T>(read: () => T): T[] {
    const found: T[] = [];
    while (!this.#take('E')) {
      if (this.#at >= this.#text.length) throw new UnreadableSymbol();
      found.push(read());
    }
    return found;
  }

  #countPart(): void {
    this.#parts += 1;
    if (this.#parts > MAX_PARTS) throw new UnreadableSymbol();
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #next(): string {
    const next = this.#peek();
    this.#at += 1;
    return next;
  }

  #take(expected: string): boolean {
    if (this.#peek() !== expected) return false;
    this.#at += 1;
    return true;
  }
}

class UnreadableSymbol extends Error {}

const BASE_62 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const BASIC_TYPES: Readonly<Record<string, string>> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
  p: '_',
};
