import { describeRule, type NamedRule } from './describe-rule.ts';

const HEAD = `# The rules that are tested

Made by \`pmemrig explain --markdown\` from the rules in \`orchestrator/suites/<suite>/rules\`. A test holds both together.

\`\`\`sh
pmemrig once --kernel bookworm --pmem virtio-pmem --suite flush,dax
pmemrig explain dax/map-sync
\`\`\`

A test does the real thing to a booted guest and reports what it saw. The first row of \`expected\` that fits its device, case
and kernel decides. What no row expects is a failure. Ways to break each rule stand below it: \`npm run mutate:checks\` tries
those that need no kernel of their own, in the first case of each rule that takes less than a minute.
`;

/** `docs/checks.md`. */
export function renderChecks(rules: readonly NamedRule[]): string {
  return [HEAD, ...rules.map(renderRule)].join('\n');
}

function renderRule(named: NamedRule): string {
  const { suite, rule } = named;
  const parts = describeRule(named).map(({ label, lines }) =>
    lines.length === 1
      ? `- **${label}**: ${lines[0]}`
      : `- **${label}**:\n${lines.map((line) => `  - ${line}`).join('\n')}`,
  );
  return `## ${suite}/${rule.id}\n\n${capitalise(rule.title)}.\n\n${parts.join('\n')}\n`;
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
