/** Imports point one way (docs/architecture.md): model <- matrices, guests, reports <- orchestrator. */
const ownParts = '^(orchestrator|guests|matrices|reports)/';

/**
 * The rooms of each folder, and of which neighbours a room may know: data flows down the list. `roots` are the files that may lie beside the rooms.
 * A new room or a new arrow is a decision: write it here, and in docs/architecture.md.
 */
const ROOMS = {
  orchestrator: {
    roots: 'cli|version',
    rooms: {
      model: [],
      testing: [],
      plan: ['model'],
      suites: ['model'],
      host: ['model'],
      run: ['host', 'model', 'plan', 'suites'],
      merge: ['model', 'run'],
      commands: ['host', 'merge', 'model', 'plan', 'run', 'suites'],
      cli: ['commands', 'host', 'model'],
      bench: ['model', 'plan', 'suites'],
    },
  },
  reports: {
    roots: 'write-reports',
    rooms: {
      journal: [],
      fold: ['journal'],
      text: ['fold'],
      facts: ['text', 'fold'],
      figures: ['text', 'fold'],
      verdicts: ['figures', 'facts', 'text', 'fold', 'journal'],
      history: ['verdicts', 'figures', 'text', 'fold', 'journal'],
      formats: ['history', 'verdicts', 'figures', 'facts', 'text', 'fold'],
      serve: ['formats', 'history', 'verdicts', 'figures', 'facts', 'text', 'fold', 'journal'],
    },
  },
  'reports/serve': {
    roots: 'start-server',
    rooms: { assets: [], runs: [], pages: ['assets', 'runs'], routes: ['assets', 'pages', 'runs'] },
  },
  'orchestrator/run': {
    roots: 'run-matrix|first-events|interrupt',
    rooms: {
      queue: [],
      kernel: [],
      record: [],
      resume: ['queue', 'record'],
      prepare: ['record'],
      guest: ['kernel', 'prepare', 'record'],
      attempt: ['guest', 'kernel', 'queue'],
      cell: ['attempt', 'guest', 'kernel', 'queue'],
      // Both sides of an order: who composes it, and who carries it out on this host.
      executor: ['attempt', 'cell', 'guest', 'prepare', 'queue', 'record', 'resume'],
    },
  },
  'orchestrator/commands': {
    // The verbs, a file each.
    roots:
      'compare|compare-kernels|config|doctor|explain|history|kernel|list|merge|nightly|once|pin|prune|report|run|schema|selftest|series|serve|shell|shell-last',
    rooms: {
      compose: [],
      // Values for flags from files.
      defaults: ['compose'],
      // Values that a shell completes to: in a moment, so by little code.
      offer: ['compose', 'defaults'],
      plan: ['compose'],
      publish: [],
      judge: ['compose', 'plan'],
      finish: ['judge', 'publish'],
      execute: ['finish', 'plan'],
    },
  },
  matrices: {
    roots: 'load',
    rooms: {
      source: [],
      values: ['source'],
      // One file a kind of suite: its keys, and what they become.
      suites: ['values', 'source'],
      schema: ['suites', 'values', 'source'],
      resolve: ['schema', 'suites', 'values', 'source'],
      check: ['schema', 'suites', 'values', 'source'],
    },
  },
  guests: {
    roots: 'guest|deferred',
    rooms: {
      store: [],
      // What differs between architectures: data, and readers of their formats.
      arch: [],
      devices: ['arch'],
      apt: ['store'],
      problems: [],
      // A guest's console, its QMP and its SSH say together whether it lives: these know each other's types.
      ssh: ['qemu', 'store'],
      qemu: ['arch', 'devices', 'hearing', 'problems', 'store'],
      hearing: ['problems', 'qemu', 'ssh'],
      death: ['qemu', 'silence', 'ssh'],
      silence: ['arch', 'death', 'qemu', 'ssh'],
      pmem: ['arch', 'devices', 'qemu', 'ssh'],
      kernels: ['apt', 'arch', 'devices', 'pmem', 'ssh', 'store'],
      images: ['apt', 'store'],
      canary: ['apt', 'kernels', 'store'],
      boot: ['death', 'devices', 'hearing', 'kernels', 'pmem', 'qemu', 'silence', 'ssh', 'store'],
      // What strace does to a QEMU that runs.
      faults: ['qemu', 'silence', 'store'],
      machine: ['arch', 'boot', 'devices', 'faults', 'hearing', 'images', 'kernels', 'qemu', 'ssh', 'store'],
      // Guests that go on from one that has booted.
      fork: ['boot', 'machine', 'qemu', 'ssh', 'store'],
    },
  },
  'guests/kernels': {
    roots: 'built-kernels|find-kernel-complaints|prepare-kernel|prepared-kernel',
    rooms: {
      kconfig: [],
      patches: [],
      image: [],
      boot: ['kconfig'],
      kinds: ['boot', 'image'],
      build: ['boot', 'image', 'kconfig', 'kinds', 'patches'],
      trace: [],
    },
  },
};

/** Of the other parts, what a room of `orchestrator` may know; the verbs may know all. */
const OTHER_PARTS = {
  plan: 'matrices/schema',
  host: 'guests|reports/(text|formats/terminal)',
  run: 'guests|reports',
  merge: 'reports',
  cli: '',
  testing: '',
  bench: 'guests|reports',
};

const TESTS = '\\.test\\.ts$|/testing/';

/** One rule a room, and one for the files beside the rooms. */
function rulesOf([folder, { roots, rooms }]) {
  const names = Object.keys(rooms).join('|');
  return [
    ...Object.entries(rooms).map(([room, known]) => ({
      name: `${folder}/${room} knows ${known.join(', ') || 'no neighbour'}`,
      severity: 'error',
      from: { path: `^${folder}/${room}/`, pathNot: TESTS },
      to: { path: `^${folder}/(${names})/`, pathNot: `^${folder}/(${[room, ...known].join('|')})/` },
    })),
    {
      name: `${folder} has rooms: a file beside them belongs into one`,
      severity: 'error',
      from: { path: `^${folder}/[^/]+\\.ts$`, pathNot: `^${folder}/(${roots})\\.ts$|${TESTS}` },
      to: {},
    },
  ];
}
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
    ...Object.entries(OTHER_PARTS).map(([room, known]) => ({
      name: `orchestrator/${room} knows ${known || 'nothing'} of the other parts`,
      severity: 'error',
      from: { path: `^orchestrator/${room}/`, pathNot: TESTS },
      to: { path: '^(guests|matrices|reports)/', ...(known && { pathNot: `^(${known})/` }) },
    })),
    {
      name: 'suites-see-a-guest-not-qemu',
      severity: 'error',
      from: { path: '^orchestrator/suites/' },
      // What a matrix says of a suite, the suite's folder must know.
      to: { path: ownParts, pathNot: '^(orchestrator/(suites|model)|matrices/suites)/' },
    },
    {
      name: 'a suite knows no other suite',
      severity: 'error',
      from: { path: '^orchestrator/suites/([^/]+)/', pathNot: TESTS },
      to: { path: '^orchestrator/suites/', pathNot: '^orchestrator/suites/($1|shared)/' },
    },
    {
      name: 'of the suites only the registry is known',
      comment: "What the rest asks of a suite is a member of `Suite`; what is no single suite's lies in shared.",
      severity: 'error',
      from: { path: ownParts, pathNot: `^orchestrator/(suites|bench)/|${TESTS}` },
      to: { path: '^orchestrator/suites/', pathNot: '^orchestrator/suites/(registry\\.ts$|shared/)' },
    },
    {
      name: 'a-controller-sees-an-executor-not-its-guests',
      comment: 'Who carries an order out may be another host: what the controller needs of it is in model/executor.ts.',
      severity: 'error',
      from: { path: '^orchestrator/run/(run-matrix|executor/order-book)\\.ts$' },
      to: {
        path: '^(guests/|orchestrator/(suites|run/(attempt|cell|guest|kernel))/|orchestrator/run/executor/(prepare-)?local-)',
      },
    },
    {
      name: 'of the formats only the suite itself knows one',
      severity: 'error',
      from: { path: ownParts, pathNot: `^(matrices|orchestrator/(suites|bench))/|${TESTS}` },
      to: { path: '^matrices/suites/' },
    },
    {
      name: 'commands-are-leaves',
      severity: 'error',
      from: { pathNot: '^(orchestrator/(commands/|cli/|cli\\.ts)|e2e/)' },
      to: { path: '^orchestrator/(commands/|cli/|cli\\.ts)' },
    },
    ...Object.entries(ROOMS).flatMap(rulesOf),
    {
      name: 'package-needs-no-tools',
      comment: 'An installed package has neither the benchmarks, nor what tests share, nor the devDependencies.',
      severity: 'error',
      from: { path: ownParts, pathNot: `^orchestrator/bench/|${TESTS}` },
      to: { path: '^orchestrator/bench/|/testing/' },
    },
    {
      name: 'package-needs-no-dev-dependencies',
      severity: 'error',
      from: { path: ownParts, pathNot: `^orchestrator/bench/|${TESTS}` },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'], pathNot: '/@types/' },
    },
    {
      name: 'package-data-is-listed',
      comment:
        'What is read below PACKAGE_ROOT must be packed: by packageData(), whose list a test compares with the package.',
      severity: 'error',
      from: { path: ownParts, pathNot: `^orchestrator/(bench/|model/package-data\\.ts|version\\.ts)|${TESTS}` },
      to: { path: '^orchestrator/model/package-root\\.ts$' },
    },
    {
      name: 'no-test-from-code',
      severity: 'error',
      from: { pathNot: '(\\.test\\.ts$|^e2e/)' },
      to: { path: '(\\.test\\.ts$|^e2e/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
