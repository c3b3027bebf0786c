import { defineConfig, type RolldownOptions } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

/** What npm installs beside the built code. */
const PACKAGES = Object.keys(manifest.dependencies);

/**
 * A program as some dozens of files in place of a thousand: opening and compiling each source file by itself was a quarter
 * of the CPU time of a short verb. What it imports when it needs it stays a file of its own.
 */
const program = (input: string, dir: string): RolldownOptions => ({
  input,
  platform: 'node',
  tsconfig: 'tsconfig.json',
  transform: { target: 'node20.19' },
  external: (id) => id.startsWith('node:') || PACKAGES.some((name) => id === name || id.startsWith(`${name}/`)),
  // Without digests in their names, which each build would add to the folder.
  output: { dir, chunkFileNames: 'chunks/[name].js' },
});

export default defineConfig([
  program('orchestrator/cli.ts', 'dist/orchestrator'),
  program('orchestrator/bench/main.ts', 'dist/orchestrator/bench'),
]);
