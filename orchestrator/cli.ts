#!/usr/bin/env node
import { CommanderError } from 'commander';
import { nameUsed } from './cli/apply-defaults.ts';
import { outliveTerminal } from './cli/outlive-terminal.ts';
import { program } from './cli/program.ts';
import { logLine } from './host/log-line.ts';
import { describeError, KernelError, UserError } from './model/errors.ts';

await main();

async function main(): Promise<void> {
  outliveTerminal();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message; help and --version are no errors.
      process.exitCode = error.exitCode === 0 ? 0 : inputStatus();
      return;
    }
    const evidence = error instanceof KernelError ? error.evidence.replaceAll(/^/gm, '  ') : undefined;
    logLine(`pmemrig: ${nameUsed(describeError(error))}${evidence === undefined ? '' : `\n${evidence}`}`);
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UserError) return inputStatus();
  if (error instanceof KernelError) return 1;
  // InfraError, or a bug of ours: the rig or its host failed.
  return 3;
}

/** Git would take a 2 of `once --bisect` for "bad" at every commit; 255 stops it. */
function inputStatus(): number {
  const words = process.argv.slice(2);
  const flags = words.slice(0, words.includes('--') ? words.indexOf('--') : words.length);
  return flags.includes('--bisect') ? 255 : 2;
}
