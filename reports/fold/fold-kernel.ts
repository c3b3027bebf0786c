import type { JournalEvent } from '../../orchestrator/model/event.ts';
import type { EvidenceBudget } from './bounded-evidence.ts';
import type { LockdepSummary, ProblemSummary } from './summary.ts';
import { present } from '../../orchestrator/model/present.ts';

type EventOf<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>;

const MAX_GROWERS = 5;
const MAX_PLACES = 50;
const MAX_ALIASES = 10;

/** What kernels said and lockdep saw in a run, gathered event by event. */
export class KernelFold {
  readonly #problems = new Map<string, ProblemSummary>();
  readonly #lockdep = new Map<string, LockdepSummary>();
  readonly #evidence: EvidenceBudget;

  constructor(evidence: EvidenceBudget) {
    this.#evidence = evidence;
  }

  addProblem(
    { cell, test, during, file, problem, known, expected, expired }: EventOf<'problem'>,
    kernel: string,
  ): void {
    // A known or planted one is kept apart from the same where it is not.
    const key = [kernel, problem.signature, known?.reason ?? '', expected ?? ''].join('\0');
    const seen = this.#problems.get(key);
    if (seen) {
      const places =
        seen.places.length < MAX_PLACES && !seen.places.some((place) => place.cell === cell && place.test === test)
          ? [...seen.places, { cell, test }]
          : seen.places;
      this.#problems.set(key, {
        ...seen,
        ...withAliases([...(seen.aliases ?? []), ...(problem.aliases ?? [])]),
        count: seen.count + 1,
        places,
      });
      return;
    }
    const { kind, title, signature, blame, lines } = problem;
    this.#problems.set(key, {
      kernel,
      kind,
      title,
      signature,
      ...withAliases(problem.aliases ?? []),
      blame,
      count: 1,
      text: this.#evidence.take(lines.join('\n')),
      ...present({ known, expected, expired }),
      places: [{ cell, test }],
      first: { cell, test, during, ...present({ file }) },
    });
  }

  addCoverage({ cell, test, lockdep }: EventOf<'test-end'>, kernel: string): void {
    if (!lockdep) return;
    const sum = this.#lockdep.get(kernel) ?? {
      kernel,
      covered: 0,
      uncovered: 0,
      classes: 0,
      dependencies: 0,
      chains: 0,
      grew: [],
    };
    const { dependencies, chains } = lockdep.grown;
    const grew =
      dependencies > 0 || chains > 0
        ? [...sum.grew, { cell, test, dependencies, chains }]
            .toSorted((a, b) => b.dependencies - a.dependencies || b.chains - a.chains)
            .slice(0, MAX_GROWERS)
        : sum.grew;
    this.#lockdep.set(kernel, {
      kernel,
      covered: sum.covered + (lockdep.covered ? 1 : 0),
      uncovered: sum.uncovered + (lockdep.covered ? 0 : 1),
      classes: Math.max(sum.classes, lockdep.classes),
      dependencies: Math.max(sum.dependencies, lockdep.dependencies),
      chains: Math.max(sum.chains, lockdep.chains),
      grew,
    });
  }

  summarize(): { readonly problems: readonly ProblemSummary[]; readonly lockdep: readonly LockdepSummary[] } {
    return { problems: [...this.#problems.values()], lockdep: [...this.#lockdep.values()] };
  }
}

function withAliases(aliases: readonly string[]): Pick<ProblemSummary, 'aliases'> {
  return aliases.length === 0 ? {} : { aliases: [...new Set(aliases)].slice(0, MAX_ALIASES) };
}
