import { CST, isAlias, isCollection, isScalar, visit } from 'yaml';
import type { Alias, Document, ParsedNode } from 'yaml';

type Fail = (code: string, message: string, offset: number, remedy?: string) => never;

/** A matrix is six levels deep. */
const MAX_DEPTH = 32;
/** Each alias may repeat a whole subtree. */
const MAX_ALIASES = 100;

/** Keys that reach into an object's prototype in careless code. */
const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Refuses deep nesting before anything recurses over it. At some thousand levels the stack is so nearly
 * full that V8 cannot compile a regular expression, and aborts the process instead of throwing.
 */
export function checkDepth(tokens: readonly CST.Token[], fail: Fail): void {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH)
      fail('too-deep', `nested more than ${MAX_DEPTH} levels deep`, 'offset' in token ? token.offset : 0);
    for (const child of childrenOf(token)) open.push({ token: child, depth: depth + 1 });
  }
}

/** Refuses prototype keys, merge keys, tags, and aliases in number or within anchored values. */
export function checkSafety(document: Document<ParsedNode>, fail: Fail): void {
  let aliases = 0;
  visit(document, {
    Node(key, node, ancestors) {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) {
        aliases += 1;
        checkAlias(node, ancestors);
      } else if (node.tag !== undefined) {
        fail(
          'yaml-tag',
          `the tag ${node.tag} means nothing here`,
          offset,
          'remove the tag; quote a value to make it a string',
        );
      }
      if (key === 'key' && isScalar(node)) checkKey(node.value, offset);
    },
  });

  function checkAlias(alias: Alias, ancestors: readonly unknown[]): void {
    const offset = alias.range?.[0] ?? 0;
    if (!alias.resolve(document)) fail('bad-alias', `no anchor "&${alias.source}" stands before this alias`, offset);
    if (aliases > MAX_ALIASES)
      fail('too-many-aliases', `more than ${MAX_ALIASES} aliases`, offset, 'write the values out');
    // Aliases within aliased values are how ten short lines become a billion values.
    if (ancestors.some((ancestor) => isCollection(ancestor) && ancestor.anchor !== undefined)) {
      fail('nested-alias', 'an alias inside an anchored value', offset, 'write the value out');
    }
  }

  function checkKey(key: unknown, offset: number): void {
    if (PROTOTYPE_KEYS.has(String(key)))
      fail('forbidden-key', `the key "${String(key)}" is not allowed`, offset, 'remove it');
    if (key === '<<') fail('merge-key', 'merge keys (<<) are not part of YAML 1.2', offset, 'write the values out');
  }
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!CST.isCollection(token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((child) => child !== null && child !== undefined));
}
