import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { InfraError } from '../../model/errors.ts';
import type { Controller, Executor, GroupEnd, GroupOrder } from '../../model/executor.ts';
import { PACKAGE_ROOT } from '../../model/package-root.ts';
import { readMessages, send, type ToController, type ToExecutor } from './executor-messages.ts';
import type { Scenario } from './executor-scenarios.ts';

interface Pending {
  readonly controller: Controller;
  readonly end: (end: GroupEnd) => void;
  readonly fail: (error: unknown) => void;
}

/** An executor whose orders are carried out by a child process: all that passes is JSON. */
export class ChildExecutor implements Executor, AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #closed: Promise<unknown>;
  readonly #pending = new Map<number, Pending>();
  #orders = 0;

  constructor(scenario: Scenario, runDir: string) {
    const loader = join(PACKAGE_ROOT, 'orchestrator/testing/run-typescript.mjs');
    const program = join(import.meta.dirname, 'executor-child.ts');
    this.#child = spawn(process.execPath, ['--import', loader, program, scenario, runDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#closed = once(this.#child, 'close');
    void this.#follow();
  }

  async run(group: GroupOrder, controller: Controller, signal: AbortSignal): Promise<GroupEnd> {
    const order = (this.#orders += 1);
    const stop = (): void => this.#send({ order, type: 'stop' });
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await new Promise((end, fail) => {
        this.#pending.set(order, { controller, end, fail });
        this.#send({ order, type: 'order', group });
        if (signal.aborted) stop();
      });
    } finally {
      this.#pending.delete(order);
      signal.removeEventListener('abort', stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    this.#child.kill();
    await this.#closed;
  }

  async #follow(): Promise<void> {
    for await (const message of readMessages(this.#child.stdout) as AsyncIterable<ToController>)
      this.#onMessage(message);
    for (const { fail } of this.#pending.values()) fail(new InfraError('its process ended', { code: 'no-executor' }));
  }

  #send(message: ToExecutor): void {
    send(this.#child.stdin, message);
  }

  #onMessage(message: ToController): void {
    const { order } = message;
    const pending = this.#pending.get(order);
    switch (message.type) {
      case 'event':
        return pending?.controller.emit(message.event);
      case 'log':
        return pending?.controller.log(message.line);
      case 'next-guest':
        return void pending?.controller.nextGuest().then((id) => this.#send({ order, type: 'guest', id }));
      case 'end':
        return pending?.end(message.end);
      default:
        return message satisfies never;
    }
  }
}
