import type { Cell } from '../model/cell.ts';
import { UserError } from '../model/errors.ts';
import { bootShell } from './execute/boot-shell.ts';
import type { OnceOptions } from './compose/compose-once.ts';
import { settleDefaults } from './compose/settle-defaults.ts';
import { planFile, planFlags, type PlannedMatrix } from './plan/load-plan.ts';
import { present } from '../model/present.ts';

/**
 * `pmemrig shell`: boots the guest of one cell, sets up its pmem and file system and hands the terminal over; ends with
 * the session.
 */
export async function shellCommand(
  matrixPath: string | undefined,
  cellGlob: string | undefined,
  options: OnceOptions,
): Promise<number> {
  requireTerminal();
  const { matrix, cell } = await chooseCell(matrixPath, cellGlob, options);
  return bootShell({ cell, ...present({ qemu: matrix.qemu }), command: [] });
}

/** @throws UserError without a terminal to type in */
export function requireTerminal(): void {
  if (process.stdin.isTTY) return;
  throw new UserError('a shell needs a terminal, and stdin is none', {
    code: 'no-terminal',
    remedy: 'to run a command in a guest: pmemrig once … -- COMMAND, or pmemrig shell --last -- COMMAND',
  });
}

async function chooseCell(
  path: string | undefined,
  glob: string | undefined,
  options: OnceOptions,
): Promise<{ readonly matrix: PlannedMatrix['matrix']; readonly cell: Cell }> {
  const { matrix, plan } =
    path === undefined
      ? await planFlags(settleDefaults(options, ['true']), ['true'])
      : await planFile(path, glob === undefined ? [] : [glob]);
  const [cell, ...others] = plan.cells;
  if (!cell || others.length > 0) {
    throw new UserError(`${plan.cells.length} cells match, and a shell is of one`, {
      code: 'not-one-cell',
      remedy: `name one of: ${plan.cells
        .slice(0, 8)
        .map(({ id }) => id)
        .join(', ')}${plan.cells.length > 8 ? ', …' : ''}`,
    });
  }
  return { matrix, cell };
}
