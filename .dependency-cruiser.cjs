/** Imports point one way (docs/architecture.md): model <- matrices, guests, reports <- orchestrator. */
const ownParts = '^(orchestrator|guests|matrices|reports)/';
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'model-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^orchestrator/model/', pathNot: '\\.test\\.ts$' },
      to: { path: ownParts, pathNot: '^orchestrator/model/' },
    },
    ...['matrices', 'guests', 'reports'].map((part) => ({
      name: `${part}-imports-only-the-model`,
      comment: 'Of the rest of pmemrig a part knows the shared vocabulary alone.',
      severity: 'error',
      from: { path: `^${part}/` },
      to: { path: ownParts, pathNot: `^(${part}|orchestrator/model)/` },
    })),
    {
      name: 'suites-see-a-guest-not-qemu',
      severity: 'error',
      from: { path: '^orchestrator/suites/' },
      to: { path: ownParts, pathNot: '^orchestrator/(suites|model)/' },
    },
    {
      name: 'commands-are-leaves',
      severity: 'error',
      from: { pathNot: '^(orchestrator/(commands/|cli/|cli\\.ts)|e2e/)' },
      to: { path: '^orchestrator/(commands/|cli/|cli\\.ts)' },
    },
    { name: 'no-test-from-code', severity: 'error', from: { pathNot: '(\\.test\\.ts$|^e2e/)' }, to: { path: '(\\.test\\.ts$|^e2e/)' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
