import { execa } from 'execa';
import { UserError } from '../../model/errors.ts';

/** Node's own words on a file that it cannot parse: the line, a mark below it, and what is wrong. */
const COMPLAINT = /^[^]*?Error: .*$/m;

/** Rejects with UserError, with the line, for a scenario that is no JavaScript. Nothing of it runs. */
export async function parseScenario(file: string): Promise<void> {
  const { exitCode, stderr } = await execa(process.execPath, ['--check', file], { reject: false, stdin: 'ignore' });
  if (exitCode === 0) return;
  throw new UserError(`The scenario cannot be parsed:\n${COMPLAINT.exec(stderr)?.[0] ?? stderr}`, {
    code: 'scenario-syntax',
    remedy: `mend it; \`node --check ${file}\` tells whether it is whole.`,
  });
}
