import { mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { composeRecord } from '../boot/template.ts';
import type { makeTemplate, TemplateOptions } from './make-template.ts';
import { openTemplates, type Templates } from './templates.ts';

const REST = { description: '', notes: [] };
const OPTIONS: TemplateOptions = {
  kernel: { ...REST, name: 'mine', digest: 'kernel', image: '/k/vmlinuz', release: '6.1', initramfs: '/k/initramfs' },
  image: { ...REST, name: 'i', digest: 'image', disk: '/i/root.ext4' },
  topology: { name: 'p', devices: [] },
  guest: { cpus: 1, memoryBytes: 2 ** 30, append: [] },
  // Any file of the host's does for a QEMU that is never run.
  qemu: { path: fileURLToPath(import.meta.url), version: '7.2.22' },
  accelerator: 'tcg',
};

const MAKE_NONE = () => Promise.reject(new Error('none was to be made'));

async function newTemplates(fail?: (signal: AbortSignal | undefined) => unknown) {
  const cacheDir = await mkdtemp(join(tmpdir(), 'templates-'));
  onTestFinished(() => rm(cacheDir, { recursive: true }));
  const notes: string[] = [];
  let made = 0;
  const make: typeof makeTemplate = async (_options, dir, signal) => {
    made += 1;
    await writeFile(join(dir, 'ram'), 'half of it');
    const error = fail?.(signal);
    if (error !== undefined) throw error;
    await writeFile(join(dir, 'state'), `state ${made}`);
    await writeFile(join(dir, 'console.log'), '');
    await writeFile(join(dir, 'template.json'), composeRecord(Buffer.from(`state ${made}`), {}));
  };
  const templates = openTemplates({ cacheDir, log: () => undefined, note: (text) => void notes.push(text), make });
  const folder = join(cacheDir, 'templates');
  await mkdir(folder);
  return { cacheDir, templates, notes, made: () => made, entries: async () => readdir(folder), folder };
}

test('guests that want the same template at once have one made', async () => {
  const { made, notes, templates } = await newTemplates();
  const found = await Promise.all([1, 2, 3].map(async () => templates.find(OPTIONS, 'always')));
  expect(found.map((template) => template?.state.toString())).toEqual(['state 1', 'state 1', 'state 1']);
  expect(await templates.find(OPTIONS, 'always')).toEqual(found[0]);
  expect([made(), notes]).toEqual([1, []]);
});

test.each([
  ['its state is another', async (dir: string) => writeFile(join(dir, 'state'), 'State 1'), /is spoilt: state is not/],
  ['its RAM is cut off', async (dir: string) => truncate(join(dir, 'ram'), 3), /was damaged \(ram has 3 bytes instead/],
  ['its console is gone', async (dir: string) => rm(join(dir, 'console.log')), /was damaged \(console.log is missing/],
])('a template is made again, with a note, when %s', async (_what, spoil, words) => {
  const { notes, templates } = await newTemplates();
  const first = await templates.find(OPTIONS, 'always');
  await spoil(first?.dir ?? '');
  expect((await templates.find(OPTIONS, 'always'))?.state.toString()).toBe('state 2');
  expect(notes).toEqual([expect.stringMatching(words)]);
});

test('a template by which a guest did not come up is made again once, then its guests boot', async () => {
  const { entries, made, notes, templates } = await newTemplates();
  for (const turn of [1, 2]) {
    const template = await templates.find(OPTIONS, 'always');
    expect(template?.state.toString()).toBe(`state ${turn}`);
    if (template) await templates.discard(template, 'it panicked');
  }
  expect(await templates.find(OPTIONS, 'always')).toBeUndefined();
  expect([made(), await entries()]).toEqual([2, []]);
  expect(notes).toEqual([expect.stringMatching(/did not come up from it: it panicked$/), expect.anything()]);
});

test('a guest of which no template can be made is booted, as all of its kind in the run, with one note', async () => {
  const { entries, made, notes, templates } = await newTemplates(
    () => new Error('its kernel reports as it boots: BUG'),
  );
  expect(await templates.find(OPTIONS, 'always')).toBeUndefined();
  expect(await templates.find(OPTIONS, 'always')).toBeUndefined();
  expect([made(), await entries()]).toEqual([1, []]);
  expect(notes).toEqual([
    'guests of mine are booted, not forked: no template could be made: its kernel reports as it boots: BUG',
  ]);
});

test('a disk that fills as a template is written costs the template alone, and nothing of it stays', async () => {
  const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
  const { entries, notes, templates } = await newTemplates(() => full);
  expect(await templates.find(OPTIONS, 'always')).toBeUndefined();
  expect(await entries()).toEqual([]);
  expect(notes).toEqual([expect.stringContaining('The disk that holds')]);
});

test('a run that is interrupted hears of it, and others that waited make the template themselves', async () => {
  const stop = new AbortController();
  let other: ReturnType<Templates['find']> | undefined;
  const { notes, templates } = await newTemplates((signal) => {
    if (signal !== stop.signal) return undefined;
    other = templates.find(OPTIONS, 'always');
    stop.abort(new Error('interrupted'));
    return signal.reason as Error;
  });
  await expect(templates.find(OPTIONS, 'always', stop.signal)).rejects.toThrow('interrupted');
  expect((await other)?.state.toString()).toBe('state 2');
  expect(notes).toEqual([]);
});

test('no template is made for the first guest of a kind, and one for the second, also by another run', async () => {
  const { cacheDir, made, notes, templates } = await newTemplates();
  expect(await templates.find(OPTIONS, 'seen')).toBeUndefined();
  // It may have hung: only one that came up shows that a template can be made.
  expect(await templates.find(OPTIONS, 'seen')).toBeUndefined();
  await templates.noteBooted(OPTIONS);
  expect(made()).toBe(0);
  const next = openTemplates({
    cacheDir,
    log: () => undefined,
    note: (text) => void notes.push(text),
    make: MAKE_NONE,
  });
  await expect(next.find({ ...OPTIONS, accelerator: 'kvm' }, 'seen')).resolves.toBeUndefined();
  expect((await templates.find(OPTIONS, 'seen'))?.state.toString()).toBe('state 1');
  expect((await next.find(OPTIONS, 'seen'))?.state.toString()).toBe('state 1');
  expect([made(), notes]).toEqual([1, []]);
});

test('a guest of which no template can be made is not tried in each run', async () => {
  const { cacheDir, made, notes, templates } = await newTemplates(() => new Error('its kernel reports: BUG'));
  await templates.noteBooted(OPTIONS);
  expect(await templates.find(OPTIONS, 'seen')).toBeUndefined();
  expect(await templates.find(OPTIONS, 'seen')).toBeUndefined();
  expect([made(), notes.length]).toEqual([1, 1]);
  const next = openTemplates({
    cacheDir,
    log: () => undefined,
    note: (text) => void notes.push(text),
    make: MAKE_NONE,
  });
  expect(await next.find(OPTIONS, 'seen')).toBeUndefined();
  expect(notes).toHaveLength(1);
  // What was in the way may be gone the day after.
  const [key = ''] = await readdir(join(cacheDir, 'boot-keys'));
  await utimes(join(cacheDir, 'boot-keys', key, 'refused'), 0, 0);
  expect(await next.find(OPTIONS, 'seen')).toBeUndefined();
  expect(notes).toHaveLength(2);
});

test('old templates make room for a new one', async () => {
  const { entries, templates } = await newTemplates();
  const of = async (memoryMib: number) =>
    templates.find({ ...OPTIONS, guest: { ...OPTIONS.guest, memoryBytes: memoryMib * 2 ** 20 } }, 'always');
  for (let count = 1; count <= 26; count++) await of(512 + count);
  expect((await entries()).filter((name) => !name.includes('.'))).toHaveLength(24);
});
