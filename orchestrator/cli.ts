#!/usr/bin/env node
import { CommanderError } from 'commander';
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
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const evidence = error instanceof KernelError ? error.evidence.replaceAll(/^/gm, '  ') : undefined;
    logLine(`pmemrig: ${describeError(error)}${evidence === undefined ? '' : `\n${evidence}`}`);
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UserError) return 2;
  if (error instanceof KernelError) return 1;
  // InfraError, or a bug of ours: the rig or its host failed.
  return 3;
}
