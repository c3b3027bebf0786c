import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InfraError } from '../../model/errors.ts';
import { tellAndPublish } from './tell-and-publish.ts';

const full = new InfraError('the run could not be published', { code: 'publish' });

let steps: string[];
let said: string;
beforeEach(() => {
  [steps, said] = [[], ''];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const tell = (status: number) => (): number => {
  steps.push('told');
  return status;
};
const publish = async (): Promise<void> => void steps.push('published');
const fail = async (): Promise<void> => {
  steps.push('not published');
  throw full;
};

test('a run is reported, then published', async () => {
  expect(await tellAndPublish({ tell: tell(1), publish })).toBe(1);
  expect(steps).toEqual(['told', 'published']);
  expect(await tellAndPublish({ tell: tell(0) })).toBe(0);
});

test('what cannot be published has been told', async () => {
  await expect(tellAndPublish({ tell: tell(1), publish: fail })).rejects.toBe(full);
  expect(steps).toEqual(['told', 'not published']);
});

test('a run that failed as a whole is published, and its failure is the one to reject with', async () => {
  const error = new InfraError('no disk', { code: 'journal-write' });
  await expect(tellAndPublish({ failure: { error }, tell: tell(0), publish })).rejects.toBe(error);
  await expect(tellAndPublish({ failure: { error }, tell: tell(0), publish: fail })).rejects.toBe(error);
  expect(steps).toEqual(['published', 'not published']);
  expect(said).toContain('the run could not be published');
});

test('a verdict that is unclear keeps no run from being published', async () => {
  const torn = new Error('EPIPE');
  const tellNobody = async (): Promise<number> => {
    throw torn;
  };
  await expect(tellAndPublish({ tell: tellNobody, publish })).rejects.toBe(torn);
  expect(steps).toEqual(['published']);
});
