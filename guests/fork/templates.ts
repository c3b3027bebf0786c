import { join } from 'node:path';
import { messageOf } from '../../orchestrator/model/message-of.ts';
import { present } from '../../orchestrator/model/present.ts';
import { readTemplate, type Template, TEMPLATE_FILES } from '../boot/template.ts';
import { planMachine } from '../machine/machine-files.ts';
import { dropOldest } from '../store/drop-oldest.ts';
import { isThere } from '../store/is-there.ts';
import { removeEntry } from '../store/list-entries.ts';
import { getOrCreate } from '../store/store.ts';
import { describeBootHost } from './boot-host.ts';
import { composeBootKey } from './boot-key.ts';
import { makeTemplate, type TemplateOptions } from './make-template.ts';
import { isSeen, noteRefusal, noteSeen } from './seen-keys.ts';

/** The folder of the store. */
const KIND = 'templates';
/** Each takes 100 to 200 MiB. */
const MAX_TEMPLATES = 24;
/** A template that is made again and again helps nobody. */
const MAX_FAILURES = 2;

/** `always`: also the first guest of a kind. `seen`: only if this host has booted one before: a template costs half a boot. */
export type ForkWhen = 'always' | 'seen';

/** The templates of this host, and what a run has seen of them. */
export interface Templates {
  /**
   * The template for a guest, made if there is none; undefined if the guest must boot. A note says why, unless it is the
   * first of its kind. Rejects with the signal's reason alone.
   */
  find(options: TemplateOptions, when: ForkWhen, signal?: AbortSignal): Promise<Template | undefined>;
  /** Notes that a guest has booted, so that a template is due when the next of its kind is. */
  noteBooted(options: TemplateOptions): Promise<void>;
  /** Removes a template by which a guest did not come up, and notes why. */
  discard(template: Template, why: string): Promise<void>;
}

export function openTemplates(host: {
  readonly cacheDir: string;
  readonly log: (line: string) => void;
  /** For the run's record. */
  readonly note: (text: string) => void;
  readonly make?: typeof makeTemplate;
}): Templates {
  const { cacheDir, log, note, make = makeTemplate } = host;
  /** By key, for the rest of the run. */
  const failures = new Map<string, number>();
  const refused = new Set<string>();
  /** By key, what is being made now. */
  const making = new Map<string, Promise<unknown>>();

  const fetch = async (key: string, options: TemplateOptions, signal?: AbortSignal): Promise<string> => {
    const request = {
      kind: KIND,
      key,
      holds: () => Object.values(TEMPLATE_FILES),
      build: async (dir: string) => {
        log(`making a template of ${options.kernel.name}, from which its guests are forked`);
        await dropOldest(join(cacheDir, KIND, key), MAX_TEMPLATES, { log });
        await make(options, dir, signal);
      },
    };
    return getOrCreate(request, { cacheDir, log, note, ...present({ signal }) });
  };
  /** Waits for the guest that is making it. What that one fails by is its own to note. */
  const fetchInTurn = async (...request: Parameters<typeof fetch>): Promise<string> => {
    const [key] = request;
    await making.get(key)?.catch(() => undefined);
    const running = fetch(...request).finally(() => making.delete(key));
    making.set(key, running);
    return running;
  };
  const remove = async (key: string, dir: string, what: string): Promise<void> => {
    failures.set(key, (failures.get(key) ?? 0) + 1);
    const kept = await removeEntry({ path: dir, key }, { log }).catch((error: unknown) => messageOf(error));
    note(`the template ${key} ${what}${typeof kept === 'string' ? `. It cannot be removed: ${kept}` : ''}`);
  };
  const keyOf = async (options: TemplateOptions): Promise<string> =>
    composeBootKey(options, planMachine({ ...options, id: 0, dir: '/' }), await describeBootHost(options, cacheDir));
  return {
    find: async (options, when, signal) => {
      let key: string | undefined;
      try {
        key = await keyOf(options);
        const isDue = when === 'always' || (await isThere(join(cacheDir, KIND, key))) || (await isSeen(key, cacheDir));
        if (!isDue) return undefined;
        while (!refused.has(key) && (failures.get(key) ?? 0) < MAX_FAILURES) {
          const dir = await fetchInTurn(key, options, signal);
          try {
            return await readTemplate(dir, key);
          } catch (error) {
            await remove(key, dir, `is spoilt: ${messageOf(error)}. It is made again`);
          }
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (key !== undefined) {
          refused.add(key);
          await noteRefusal(key, cacheDir);
        }
        note(`guests of ${options.kernel.name} are booted, not forked: no template could be made: ${messageOf(error)}`);
      }
      return undefined;
    },
    noteBooted: async (options) => noteSeen(await keyOf(options), cacheDir),
    discard: async ({ key, dir }, why) => remove(key, dir, `was removed, as a guest did not come up from it: ${why}`),
  };
}
