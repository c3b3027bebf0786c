#!/usr/bin/env node
// @ts-check
/**
 * From a bare checkout to a running rig: `node bootstrap.mjs smoke|test|bench|setup [args]`.
 *
 * Needs Node and npm and nothing else: it installs the npm packages, compiles, has the rig's own
 * doctor install what the host lacks, and hands over. What is already in place is skipped in silence.
 * Written without dependencies, and in syntax that an old Node understands well enough to print that it must be upgraded.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(fileURLToPath(import.meta.url));
const CLI = join(ROOT, 'dist', 'orchestrator', 'cli.js');
const BENCH = join(ROOT, 'dist', 'orchestrator', 'bench', 'main.js');
const BUILD_STAMP = join(ROOT, 'dist', '.built-from');
const BUILD_INPUTS = ['package.json', 'tsconfig.json', 'rolldown.config.ts'];
const SOURCE_FOLDERS = ['orchestrator', 'guests', 'matrices', 'reports'];
const MINIMUM_NODE = { major: 20, minor: 19 };
const EXIT = { failed: 1, user: 2, infra: 3, interrupted: 130 };
const USAGE = `usage: node bootstrap.mjs <verb>
  smoke [args]          boot the guests of matrices/smoke.yaml; args go to \`pmemrig run\`
  test [--full] [args]  static checks, then unit and guest tests; args go to vitest
  bench [args]          measure against the budgets
  setup                 only make everything ready`;

/** Stops with a message and a remedy on stderr, and an exit status that names who is to act. */
class Stop extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @type {Set<{ kill(signal: NodeJS.Signals): boolean }>} */
const children = new Set();
let interrupted = false;

/** @param {NodeJS.Signals} signal */
function onSignal(signal) {
  interrupted = true;
  // Ctrl-C reaches the whole process group; a second one would make the child end the hard way.
  if (!(signal === 'SIGINT' && hasTerminal())) for (const child of children) child.kill(signal);
}

/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** @param {string[]} argv */
async function main([verb = '', ...args]) {
  checkNode();
  if (!['smoke', 'test', 'bench', 'setup'].includes(verb)) throw new Stop(EXIT.user, USAGE);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  await installPackages();
  await build();
  await prepareHost({ tests: verb === 'test' });
  if (verb === 'smoke') return handOver(CLI, ['run', join(ROOT, 'matrices', 'smoke.yaml'), ...args]);
  if (verb === 'bench') return handOver(BENCH, args);
  if (verb === 'test') return test(args);
  console.log('ready: npm run smoke');
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM_NODE.major || (major === MINIMUM_NODE.major && minor >= MINIMUM_NODE.minor)) return;
  throw new Stop(
    EXIT.user,
    `pmemrig needs Node ${MINIMUM_NODE.major}.${MINIMUM_NODE.minor} or newer; this is ${process.version} (${process.execPath})\n` +
      '  fix: install a newer Node: Debian 13 has one (apt-get install nodejs npm), otherwise https://nodejs.org/en/download',
  );
}

async function installPackages() {
  if (packagesMatchLock()) return;
  // NODE_ENV=production would leave out the compiler. ssh2 works without the native part that its script compiles.
  await quietStep(
    'installing npm packages',
    npm('ci', '--include=dev', '--ignore-scripts', '--no-progress'),
    'npm packages could not be installed; is the registry reachable?',
  );
}

/**
 * npm records what it installed in a lock of its own, which says more than any time stamp:
 * a checkout of another commit changes neither file's age in a way that could be relied on.
 */
function packagesMatchLock() {
  const wanted = readLock(join(ROOT, 'package-lock.json'));
  const installed = readLock(join(ROOT, 'node_modules', '.package-lock.json'));
  return Object.keys(wanted).every((path) => {
    const [want, found] = [wanted[path], installed[path]];
    // The entry '' is pmemrig itself. Optional packages are mostly builds for other platforms, which npm leaves out.
    if (!found) return path === '' || want?.optional === true;
    return found.version === want?.version && found.integrity === want?.integrity;
  });
}

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean } | undefined>}
 */
function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

async function build() {
  const digest = digestSources();
  if (existsSync(CLI) && existsSync(BUILD_STAMP) && readFileSync(BUILD_STAMP, 'utf8') === digest) return;
  rmSync(BUILD_STAMP, { force: true });
  await quietStep('compiling', npm('run', '--silent', 'build'), 'the sources do not compile');
  // npx keeps the links it made, and one from before pmemrig.mjs leads straight to this file, which the compiler writes anew.
  chmodSync(CLI, 0o755);
  writeFileSync(BUILD_STAMP, digest);
}

/** Content, not times: a checkout of an older commit makes sources *older* than the build. */
function digestSources() {
  const hash = createHash('sha256');
  const files = SOURCE_FOLDERS.flatMap((folder) => listSources(join(ROOT, folder)));
  for (const file of [...files.toSorted(), ...BUILD_INPUTS.map((name) => join(ROOT, name))]) {
    hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listSources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return listSources(path);
    return /\.(ts|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

/** @param {{ tests: boolean }} needs the tests build a kernel and open a browser, too */
async function prepareHost({ tests }) {
  const status = await run([
    process.execPath,
    CLI,
    'doctor',
    '--fix',
    '--quiet',
    ...(tests ? ['--kernel-builds', '--own-tests'] : []),
  ]);
  // The doctor has said what is wrong and what to type.
  if (status !== 0) throw new Stop(status, '');
}

/**
 * Static checks, then tests; failing checks do not hide the tests' results.
 * @param {string[]} args
 */
async function test(args) {
  const full = args.includes('--full');
  const checks = await staticChecks();
  const folder = mkdtempSync(join(tmpdir(), 'pmemrig-test-'));
  try {
    const report = join(folder, 'vitest.json');
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const projects = ['--project', 'unit', '--project', 'browser', '--project', 'guest'];
    const tests = await run(
      [process.execPath, vitest, 'run', ...projects, ...reporters, ...args.filter((arg) => arg !== '--full')],
      full ? { PMEMRIG_FULL: '1' } : {},
    );
    if (!existsSync(report)) throw new Stop(tests || EXIT.infra, 'vitest left no result');
    const { passed, failed, skipped } = countTests(JSON.parse(readFileSync(report, 'utf8')));
    if (checks !== 0) console.log('static checks: FAILED, see above');
    if (passed + failed === 0) console.log('no test ran');
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    process.exitCode = tests || (checks === 0 && passed > 0 && failed === 0 ? 0 : EXIT.failed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What `npm run check` does, side by side: each takes one core for most of its time. Gives the first exit status that is not 0.
 * @returns {Promise<number>}
 */
async function staticChecks() {
  const { check } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
  const names = [...check.matchAll(/npm run (\w+)/g)].map(([, name]) => name);
  console.log(`static checks: npm run check (${names.join(', ')})`);
  const statuses = await Promise.all(
    names.map(async (name) => {
      let output = '';
      const status = await run(npm('run', '--silent', name), {}, (text) => {
        output += text;
      });
      process.stdout.write(status === 0 ? output : `${name} FAILED\n${output}`);
      return status;
    }),
  );
  return statuses.find((status) => status !== 0) ?? 0;
}

/**
 * A file that could not be loaded, or whose hooks failed, has no failed test of its own and still counts as one.
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[] }} report
 */
function countTests(report) {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * Becomes the program: same process, so signals and exit status need no passing on.
 * @param {string} script
 * @param {string[]} args
 */
async function handOver(script, args) {
  if (!existsSync(script)) throw new Stop(EXIT.infra, `the build has no ${script}`);
  for (const signal of SIGNALS) process.off(signal, onSignal);
  process.argv = [process.execPath, script, ...args];
  await import(pathToFileURL(script).href);
}

/**
 * One line with the time it took; the output is kept back and shown only on failure.
 * @param {string} label
 * @param {string[]} command
 * @param {string} complaint
 */
async function quietStep(label, command, complaint) {
  const start = Date.now();
  process.stdout.write(`${label} ... `);
  let output = '';
  const status = await run(command, {}, (text) => {
    output += text;
  });
  console.log(status === 0 ? `${((Date.now() - start) / 1000).toFixed(1)} s` : 'failed');
  if (status !== 0) throw new Stop(EXIT.infra, `${output.trimEnd()}\n${complaint}`);
}

/**
 * @param {string[]} command
 * @param {Record<string, string>} [env]
 * @param {(text: string) => void} [onOutput] takes the output instead of the terminal
 * @returns {Promise<number>} the exit status
 */
async function run([file = '', ...args], env = {}, onOutput) {
  const started = spawn(file, args, {
    cwd: ROOT,
    env: { ...process.env, PATH: withSystemFolders(process.env.PATH), ...env },
    stdio: onOutput ? ['ignore', 'pipe', 'pipe'] : 'inherit',
  });
  children.add(started);
  if (onOutput) {
    for (const stream of [started.stdout, started.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
  }
  const status = await new Promise((resolve, reject) => {
    started.once('error', (error) => reject(new Stop(EXIT.infra, `${file} could not be started: ${error.message}`)));
    started.once('close', (code) => resolve(code === null ? EXIT.infra : code));
  });
  children.delete(started);
  if (interrupted) throw new Stop(EXIT.interrupted, '');
  return status;
}

/**
 * A normal user's PATH on Debian lacks the folders of mke2fs and depmod.
 * @param {string | undefined} path
 */
function withSystemFolders(path = '') {
  const folders = path.split(delimiter).filter(Boolean);
  return [...folders, ...['/usr/local/sbin', '/usr/sbin', '/sbin'].filter((folder) => !folders.includes(folder))].join(
    delimiter,
  );
}

/**
 * The npm that runs us if one does, else the one on PATH.
 * @param {...string} args
 */
function npm(...args) {
  const running = process.env.npm_execpath;
  return running && /npm-cli\.[cm]?js$/.test(running) ? [process.execPath, running, ...args] : ['npm', ...args];
}

function hasTerminal() {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  if (error.message) console.error(error.message);
  process.exitCode = error.status;
}
