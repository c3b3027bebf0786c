import fc from 'fast-check';
import { Parser, type Result } from 'tap-parser';
import { expect, test } from 'vitest';
import { parseTap, TapReader } from './reader.ts';

interface Leaf {
  readonly status: 'pass' | 'fail' | 'skip' | 'todo';
  readonly reason: string;
}
type Tree = readonly { readonly name: string; readonly is: Leaf | Tree }[];

const word = fc.constantFrom(
  'dax',
  'map 4k',
  'a: b.sh',
  'x-y',
  'é\u2028è',
  'n(1, 2)',
  'ok 1',
  '1..2',
  'TAP version 13',
  '-f',
  'a\rb',
  '#4',
  "it's",
  'Bail out!',
);
const reason = fc.constantFrom('no pmem', 'EIO', '12 ms', 'got 3, want 4');
const leaf: fc.Arbitrary<Leaf> = fc.record({ status: fc.constantFrom('pass', 'fail', 'skip', 'todo'), reason });
/** Trees of results whose groups hold something, named so that no two paths are the same. */
const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc
    .array(fc.tuple(word, fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('tree'))), {
      minLength: 1,
      maxLength: 4,
    })
    .map((nodes) => nodes.map(([name, is], index) => ({ name: `${name} n${index}`, is }))),
})).tree;

const isLeaf = (is: Leaf | Tree): is is Leaf => !Array.isArray(is);

function leaves(nodes: Tree, above = ''): readonly (readonly [string, string])[] {
  return nodes.flatMap(({ name, is }) =>
    isLeaf(is)
      ? [[above + name.replaceAll('\r', ' '), is.status === 'todo' ? 'skip' : is.status] as const]
      : leaves(is, `${above}${name.replaceAll('\r', ' ')}/`),
  );
}

const fails = (is: Leaf | Tree): boolean => (isLeaf(is) ? is.status === 'fail' : is.some((node) => fails(node.is)));

function pointOf({ name, is }: Tree[number], number: number, ktap: boolean, dash: string): string {
  const title = ktap ? name.replaceAll('#', '_') : name.replaceAll('#', String.raw`\#`);
  const [good, words] = isLeaf(is)
    ? (
        {
          pass: [true, ''],
          fail: [false, ktap ? ` # ${is.reason}` : ''],
          skip: [true, ` # SKIP ${is.reason}`],
          todo: ktap ? [true, ` # XFAIL ${is.reason}`] : [false, ` # TODO ${is.reason}`],
        } as const
      )[is.status]
    : ([!fails(is), ''] as const);
  return `${good ? 'ok' : 'not ok'} ${number} ${dash}${title}${words}`;
}

type Render = (nodes: Tree, depth: number) => readonly string[];

const ktap =
  (prefix: string, { version = 'KTAP version 1', header = false, plan = true } = {}): Render =>
  (nodes, depth) => [
    version,
    ...(plan ? [`1..${nodes.length}`] : []),
    ...nodes.flatMap((node, index) => {
      const inner = isLeaf(node.is) ? [] : ktap(prefix, { version, header, plan })(node.is, depth + 1);
      const named =
        header && inner[0] !== undefined
          ? [inner[0], `# Subtest: ${node.name.replaceAll('#', '_')}`, ...inner.slice(1)]
          : inner;
      return [...named.map((line) => prefix + line), pointOf(node, index + 1, true, '')];
    }),
  ];

const tap14 =
  (form: 'header' | 'braces', planAtEnd: boolean): Render =>
  (nodes, depth) => {
    const plan = `1..${nodes.length}`;
    const points = nodes.flatMap((node, index) => {
      const point = pointOf(node, index + 1, false, '- ');
      if (isLeaf(node.is)) return [point];
      const inner = tap14(form, planAtEnd)(node.is, depth + 1).map((line) => `    ${line}`);
      return form === 'braces' ? [`${point} {`, ...inner, '}'] : [`# Subtest: ${node.name}`, ...inner, point];
    });
    return [
      ...(depth === 0 ? ['TAP version 14'] : []),
      ...(planAtEnd ? [] : [plan]),
      ...points,
      ...(planAtEnd ? [plan] : []),
    ];
  };

const DIALECTS: Readonly<Record<string, { readonly render: Render; readonly ktap: boolean }>> = {
  'KTAP, two blanks': { render: ktap('  '), ktap: true },
  'KTAP, two blanks, no plans': { render: ktap('  ', { plan: false }), ktap: true },
  'KTAP, four blanks, named': { render: ktap('    ', { header: true }), ktap: true },
  'KTAP, tabs, named, no plans': { render: ktap('\t', { header: true, plan: false }), ktap: true },
  kselftest: { render: ktap('# ', { version: 'TAP version 13' }), ktap: true },
  'TAP 14': { render: tap14('header', false), ktap: false },
  'TAP 14, plan at the end': { render: tap14('header', true), ktap: false },
  'TAP 14, in braces': { render: tap14('braces', false), ktap: false },
};

const NOISE = [
  "make[1]: Entering directory '/srv/tests'",
  'ok',
  'okay',
  '1.5 GB/s',
  '# a comment',
  '  ---',
  'Setting up',
  '',
];
/** What stands around the lines. */
const SURROUNDINGS: Readonly<Record<string, (lines: readonly string[]) => string>> = {
  nothing: (lines) => lines.join('\n'),
  'a last line feed': (lines) => `${lines.join('\n')}\n`,
  'carriage returns': (lines) => lines.map((line) => `${line}\r\n`).join(''),
  'words in front': (lines) => [...NOISE, ...lines, ...NOISE.filter((line) => line !== 'ok')].join('\n'),
  'time stamps': (lines) => lines.map((line, index) => `[${(index * 7.5).toFixed(6).padStart(12)}] ${line}\n`).join(''),
  'time stamps and callers': (lines) =>
    lines
      .map((line, index) => `<6>[${(index * 7.5).toFixed(6).padStart(12)}][${`T${index}`.padStart(5)}] ${line}\n`)
      .join(''),
};

test.each(
  Object.keys(DIALECTS).flatMap((dialect) =>
    Object.keys(SURROUNDINGS).map((surroundings) => [dialect, surroundings] as const),
  ),
)('any tree of results comes back the same: %s, with %s', (dialect, surroundings) => {
  const chosen = DIALECTS[dialect];
  const surround = SURROUNDINGS[surroundings];
  fc.assert(
    fc.property(tree, (nodes) => {
      const text = surround?.(chosen?.render(nodes, 0) ?? []) ?? '';
      const { subtests, problems } = parseTap(text);
      const expected = leaves(nodes).map(([name, status]) => [
        chosen?.ktap === true ? name.replaceAll('#', '_') : name,
        status,
      ]);
      expect({ text, problems, leaves: subtests.map(({ name, status }) => [name, status]) }).toEqual({
        text,
        problems: [],
        leaves: expected,
      });
    }),
    { numRuns: 30 },
  );
});

test('however an output is cut into pieces, it says the same', () => {
  fc.assert(
    fc.property(
      tree,
      fc.constantFrom(...Object.values(DIALECTS)),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (nodes, { render }, sizes) => {
        const bytes = Buffer.from(render(nodes, 0).join('\n'));
        const reader = new TapReader();
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          const piece = Buffer.from(bytes.subarray(at, at + size));
          reader.push(piece);
          // The guest's connection may use a buffer again.
          piece.fill(0);
          at += size;
        }
        expect(reader.end()).toEqual(parseTap(bytes.toString()));
      },
    ),
  );
});

/** By tap-parser, which nobody here wrote: each leaf, and whether all is well. */
function judge(text: string): { readonly ok: boolean; readonly leaves: readonly unknown[] } {
  const found: unknown[] = [];
  const listen = (parser: Parser, above: string, into: unknown[]): void => {
    let inner: { readonly name: string; readonly leaves: unknown[] } | undefined;
    parser.on('child', (child: Parser) => listen(child, above, (inner = { name: child.name, leaves: [] }).leaves));
    parser.on('assert', ({ name, ok, skip, todo }: Result) => {
      const nested = inner?.leaves.splice(0) ?? [];
      inner = undefined;
      if (nested.length === 0)
        into.push([name, skip !== false || (todo !== false && !ok) ? 'skip' : ok ? 'pass' : 'fail']);
      else into.push(...nested.map((each) => (Array.isArray(each) ? [`${name}/${String(each[0])}`, each[1]] : each)));
    });
  };
  const parser = new Parser();
  listen(parser, '', found);
  parser.end(text);
  return { ok: parser.results?.ok === true, leaves: found };
}

test('plain TAP, whole or broken, is judged as tap-parser judges it', () => {
  const line = fc.record({
    ok: fc.boolean(),
    number: fc.constantFrom('as it comes', 'as it comes', 'one more', 'the last again'),
    name: fc.constantFrom('a', 'b c', 'd \\# e', 'f-g', 'h#5', 'i \\\\ j'),
    directive: fc.constantFrom('', '', '', ' # SKIP no pmem', ' # skip', ' # TODO later', ' # todo'),
    before: fc.constantFrom('', '', '', '# a comment\n', 'any words\n', '\n'),
    after: fc.constantFrom('', '', '', '  ---\n  got: 1\n  not ok 9 x\n  ...\n'),
  });
  const document = fc.record({
    version: fc.constantFrom('', 'TAP version 13\n', 'TAP version 14\n'),
    numbered: fc.boolean(),
    plan: fc.constantFrom('first', 'first', 'last', 'none', 'too many', 'too few'),
    lines: fc.array(line, { maxLength: 5 }),
    bailOut: fc.constantFrom('', '', '', '', 'Bail out! no device\n'),
  });
  fc.assert(
    fc.property(document, ({ version, numbered, plan, lines, bailOut }) => {
      let number = 0;
      const points = lines.map(({ ok, number: form, name, directive, before, after }) => {
        number += form === 'one more' ? 2 : form === 'the last again' ? 0 : 1;
        return `${before}${ok ? 'ok' : 'not ok'}${numbered ? ` ${Math.max(1, number)}` : ''} - ${name}${directive}\n${after}`;
      });
      const planned = lines.length + (plan === 'too many' ? 1 : plan === 'too few' ? -1 : 0);
      const planLine = plan === 'none' || planned < 0 ? '' : `1..${planned}\n`;
      const text = `${version}${plan === 'last' ? '' : planLine}${points.join('')}${plan === 'last' ? planLine : ''}${bailOut}`;
      const theirs = judge(text);
      const { subtests, problems } = parseTap(text);
      const ok = problems.length === 0 && subtests.every(({ status }) => status !== 'fail');
      // Without a version line nothing says that this is TAP, and so no plan is missed.
      fc.pre(version !== '' || planLine !== '');
      // tap-parser takes these for streams that skipped all, whatever follows.
      fc.pre(planLine !== '1..0\n');
      // It hears no bail-out behind the plan.
      fc.pre(plan !== 'last' || bailOut === '');
      fc.pre(planLine !== '' || lines.length > 0);
      expect({ text, ok }).toEqual({ text, ok: theirs.ok });
      expect({ text, leaves: subtests.map(({ name, status }) => [name.replace(/ \(\d+\)$/, ''), status]) }).toEqual({
        text,
        leaves: theirs.leaves,
      });
    }),
    { numRuns: 500 },
  );
});

test('TAP 14 with its groups is judged as tap-parser judges it', () => {
  fc.assert(
    fc.property(tree, fc.boolean(), (nodes, planAtEnd) => {
      // To tap-parser these end a line.
      const text = `${tap14('header', planAtEnd)(nodes, 0).join('\n')}\n`.replaceAll(/[\r\u2028]/g, '');
      const { subtests, problems } = parseTap(text);
      const theirs = judge(text);
      expect({ text, ok: problems.length === 0 && subtests.every(({ status }) => status !== 'fail') }).toEqual({
        text,
        ok: theirs.ok,
      });
      expect(subtests.map(({ name, status }) => [name, status])).toEqual(theirs.leaves);
    }),
  );
});
