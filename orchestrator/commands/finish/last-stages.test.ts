import { existsSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeKernelsRun } from '../../../reports/testing/make-series.ts';
import { InfraError } from '../../model/errors.ts';
import type { RunPurpose } from '../../run/record/run-purpose.ts';
import { conclude, publish, statusOf } from './last-stages.ts';

let dir: string;
let runDir: string;
let said: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-end-'));
  runDir = await makeKernelsRun({ old: { nvdimm: { 'lockdep/flush': { status: 'pass' } } } }).write();
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

const purposeTo = (place: string): RunPurpose => ({
  kind: 'baseline',
  whole: true,
  baseDir: '/runs/a',
  publish: place,
});

test('a nightly that is resumed is published where the night would have been', async () => {
  const published = join(dir, 'www');
  await publish({ runDir, purpose: purposeTo(published), conclusion: { status: 1 } });
  expect(readlinkSync(join(published, 'latest'))).toBe(basename(runDir));
  expect(existsSync(join(published, 'latest', 'events.jsonl'))).toBe(true);
});

test('a run that failed as a whole has no verdict, and is published; its failure is the one to reject with', async () => {
  const error = new InfraError('no disk', { code: 'journal-write' });
  const judged = {
    conclude: () => {
      throw new Error('no verdict was asked for');
    },
  };
  const { conclusion } = await conclude({ judged, failure: { error } });
  const published = join(dir, 'www');
  await publish({ runDir, purpose: purposeTo(published), conclusion });
  expect(existsSync(join(published, 'latest', 'events.jsonl'))).toBe(true);
  expect(() => statusOf(conclusion)).toThrow(error);
});

test('a verdict that cannot be printed keeps no run from being published', async () => {
  const torn = new Error('EPIPE');
  const { conclusion } = await conclude({ judged: { conclude: async () => Promise.reject(torn) } });
  const published = join(dir, 'www');
  await publish({ runDir, purpose: purposeTo(published), conclusion });
  expect(existsSync(join(published, 'latest'))).toBe(true);
  expect(() => statusOf(conclusion)).toThrow(torn);
});

test('a run that cannot be published is an error, shown beside an earlier one', async () => {
  const file = join(dir, 'a-file');
  writeFileSync(file, '');
  await expect(publish({ runDir, purpose: purposeTo(file), conclusion: { status: 0 } })).rejects.toMatchObject({
    code: 'publish',
  });
  expect(said).toBe('');
  await publish({ runDir, purpose: purposeTo(file), conclusion: { error: new Error('first') } });
  expect(said).toContain('the run could not be published');
});
