import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addCompareVerbs } from './compare-verbs.ts';

const program = new Command('pmemrig');
addCompareVerbs(program);

test.each(program.commands.map((verb) => [verb.name(), verb] as const))(
  'the help of %s names all that exit status 1 stands for',
  (_, verb) => {
    const help = verb.helpInformation().replaceAll(/\s+/g, ' ');
    expect(help).toContain(
      'Exit status 1 for a new failure, a test that is gone or skipped anew, or a figure that got worse',
    );
  },
);
