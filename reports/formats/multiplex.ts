import { InfraError } from '../../orchestrator/model/errors.ts';
import type { Reporter } from './terminal/reporter.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/**
 * Several reporters as one. A reporter that throws gets no further event (it would throw at each), but is still closed.
 * It fails the run at its end; its neighbours and the run go on.
 */
export function multiplexReporters(reporters: readonly Reporter[]): Reporter {
  const errors = new Map<Reporter, unknown>();
  const guard = (reporter: Reporter, action: () => void): void => {
    try {
      action();
    } catch (error) {
      if (!errors.has(reporter)) errors.set(reporter, error);
    }
  };
  return {
    onEvent(event) {
      for (const reporter of reporters) if (!errors.has(reporter)) guard(reporter, () => reporter.onEvent(event));
    },
    /** @throws InfraError when a reporter threw, after all are closed. */
    close(summary) {
      for (const reporter of reporters) guard(reporter, () => reporter.close(summary));
      if (errors.size === 0) return;
      const causes = [...errors.values()];
      throw new InfraError(`a reporter failed: ${causes.map(messageOf).join('; ')}`, {
        code: 'reporter-failed',
        remedy: 'the journal is whole: make the reports again with `pmemrig report RUN`',
        cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
      });
    },
  };
}
