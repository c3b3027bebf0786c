/** An executor in a process of its own: `executor-child.ts SCENARIO RUN-DIR`, orders on stdin, what it says on stdout. */
import type { Controller } from '../../model/executor.ts';
import { LocalExecutor } from '../executor/local-executor.ts';
import { readMessages, send, type ToController, type ToExecutor } from './executor-messages.ts';
import { meansOf, type Scenario } from './executor-scenarios.ts';

const [scenario, runDir = ''] = process.argv.slice(2);
const executor = new LocalExecutor(meansOf(scenario as Scenario, runDir));
const say = (message: ToController): void => send(process.stdout, message);
const orders = new Map<number, { readonly stop: AbortController; readonly numbers: ((id: number) => void)[] }>();

for await (const message of readMessages(process.stdin) as AsyncIterable<ToExecutor>) onMessage(message);

function onMessage(message: ToExecutor): void {
  const { order } = message;
  switch (message.type) {
    case 'order': {
      const begun = { stop: new AbortController(), numbers: [] as ((id: number) => void)[] };
      orders.set(order, begun);
      const controller: Controller = {
        emit: (event) => say({ order, type: 'event', event }),
        log: (line) => say({ order, type: 'log', line }),
        nextGuest: async () =>
          new Promise((resolve) => {
            begun.numbers.push(resolve);
            say({ order, type: 'next-guest' });
          }),
      };
      void executor.run(message.group, controller, begun.stop.signal).then((end) => say({ order, type: 'end', end }));
      return;
    }
    case 'guest':
      orders.get(order)?.numbers.shift()?.(message.id);
      return;
    case 'stop':
      orders.get(order)?.stop.abort();
      return;
    default:
      message satisfies never;
  }
}
