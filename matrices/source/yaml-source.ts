import { Composer, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, Parser } from 'yaml';
import type { CST, Document, Node, ParsedNode } from 'yaml';
import { UserError } from '../../orchestrator/model/errors.ts';
import type { SourcePosition } from '../../orchestrator/model/errors.ts';
import type { ValuePath } from './problem.ts';
import { checkDepth, checkSafety } from './yaml-guards.ts';

/** A parsed YAML file: its plain value, and where each part of it stands in the text. */
export interface YamlSource {
  readonly value: unknown;
  /**
   * How the file writes the scalar at `path`: `6.10` where its value is 6.1. `undefined` for lists, mappings and what
   * is not there.
   */
  textOf(path: ValuePath): string | undefined;
  /** The value at `path`, or the nearest thing around it that exists. */
  positionOf(path: ValuePath): SourcePosition;
  /** The key that `path` ends with. */
  keyPositionOf(path: ValuePath): SourcePosition;
}

/**
 * Reads one YAML 1.2 document whose keys are all strings. Merge keys, tags and deep nesting are refused. A matrix does
 * not need them, and each is a way to make a small file mean something else.
 * @param what names the file in messages
 * @throws UserError at the offending place
 */
export function parseYaml(text: string, file: string, what = 'a matrix'): YamlSource {
  const lines = new LineCounter();
  const place = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const fail = (code: string, message: string, offset: number, remedy?: string): never => {
    throw new UserError(message, { code, position: place(offset), ...(remedy === undefined ? {} : { remedy }) });
  };

  // The parser works on a stack of its own, the composer recurses: depth must be judged between the two.
  const tokens: CST.Token[] = [...new Parser(lines.addNewLine).parse(text)];
  checkDepth(tokens, fail);
  const composer = new Composer({
    version: '1.2',
    stringKeys: true,
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  const [error] = document?.errors ?? [];
  if (error) {
    if (error.code === 'DUPLICATE_KEY')
      fail(
        'duplicate-key',
        `the key ${/^[^\s:,]+/.exec(text.slice(error.pos[0]))?.[0] ?? ''} stands twice in one mapping`,
        error.pos[0],
        'remove or rename one of them',
      );
    fail('yaml-syntax', `not valid YAML: ${lowerFirst(error.message)}`, error.pos[0]);
  }
  if (!document?.contents)
    return fail('empty-file', 'the file holds no YAML value', 0, 'start from matrices/smoke.yaml');
  // Under %YAML 1.1 "no" would be a boolean.
  if (document.directives.yaml.version !== '1.2')
    fail('yaml-version', `${what} is YAML 1.2`, 0, 'remove the %YAML directive');
  if (second)
    fail('many-documents', `${what} is one YAML document`, second.range[0], 'remove the "---" and what follows');
  checkSafety(document, fail);
  const { contents } = document;
  return {
    value: document.toJS({ maxAliasCount: 100 }) as unknown,
    textOf: (path) => textOf(document, contents, path, text),
    positionOf: (path) => place(offsetOf(findNode(document, contents, path))),
    keyPositionOf: (path) => place(findKeyOffset(document, contents, path)),
  };
}

function findNode(document: Document<ParsedNode>, root: Node, path: ValuePath): Node {
  let node = resolve(document, root);
  for (const part of path) {
    const next = isMap(node) || isSeq(node) ? node.get(part, true) : undefined;
    if (!isNode(next)) break;
    // The alias itself is where the reader must look, unless the path leads into it.
    if (isAlias(next) && part === path.at(-1)) return next;
    node = resolve(document, next);
  }
  return node;
}

function textOf(document: Document<ParsedNode>, root: Node, path: ValuePath, text: string): string | undefined {
  const parent = resolve(document, findNode(document, root, path.slice(0, -1)));
  const key = path.at(-1);
  const child = key !== undefined && (isMap(parent) || isSeq(parent)) ? parent.get(key, true) : undefined;
  const node = isNode(child) ? resolve(document, child) : undefined;
  return isScalar(node) && node.range ? text.slice(node.range[0], node.range[1]) : undefined;
}

function findKeyOffset(document: Document<ParsedNode>, root: Node, path: ValuePath): number {
  const parent = findNode(document, root, path.slice(0, -1));
  const map = resolve(document, parent);
  const pair = isMap(map)
    ? map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1))
    : undefined;
  return pair && isScalar(pair.key) ? offsetOf(pair.key) : offsetOf(parent);
}

function resolve(document: Document<ParsedNode>, node: Node): Node {
  return isAlias(node) ? (node.resolve(document) ?? node) : node;
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
