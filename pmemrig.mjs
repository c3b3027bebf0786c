#!/usr/bin/env node
// @ts-check
/**
 * The command `pmemrig`, as npm links it: becomes the built CLI, in this very process.
 *
 * In the repository rather than built, because npm keeps its link to a package's command: made before the first build, a link to
 * what is not there yet would stay without the command for ever.
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(fileURLToPath(import.meta.url));
const CLI = join(ROOT, 'dist', 'orchestrator', 'cli.js');
/** Only a checkout has it. */
const BOOTSTRAP = join(ROOT, 'bootstrap.mjs');

if (existsSync(CLI)) {
  await import(pathToFileURL(CLI).href);
} else {
  console.error(
    existsSync(BOOTSTRAP)
      ? `pmemrig: this checkout is not built yet\n  fix: node ${relative(process.cwd(), BOOTSTRAP)} setup`
      : `pmemrig: the package in ${ROOT} holds no built code\n  fix: install it again, from what \`npm pack\` makes in a checkout`,
  );
  process.exitCode = 2;
}
