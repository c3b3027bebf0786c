import { expect, test } from 'vitest';
import type { FlushFault, HostFlush } from '../../model/host-faults.ts';
import { RuleUnproven } from '../shared/rules/rule.ts';
import { requireFault } from './require-fault.ts';

const flush = (injected: boolean, result = 'ok'): HostFlush => ({
  device: 0,
  beganAtMs: 1,
  endedAtMs: 2,
  result,
  injected,
});
const prove = (fault: Partial<FlushFault>, flushes: readonly HostFlush[]) => (): void =>
  requireFault({ devices: [0], ...fault }, flushes);

test('a fault that happened to each flush that it was for is proven', () => {
  expect(prove({ error: 'EIO' }, [flush(true, 'EIO'), flush(true, 'EIO')])).not.toThrow();
  expect(prove({ error: 'EIO', nth: 2 }, [flush(false), flush(true, 'EIO'), flush(false)])).not.toThrow();
  expect(prove({ delayMs: 5 }, [flush(true), flush(false, 'unseen')])).not.toThrow();
});

test('a watch without a fault, and a delay that met no flush, have nothing to prove', () => {
  expect(prove({}, [flush(false)])).not.toThrow();
  expect(prove({ delayMs: 5 }, [])).not.toThrow();
});

test.each([
  ['no flush came that could fail', { error: 'EIO' }, []],
  ['only one that ended unseen', { error: 'EIO' }, [flush(false, 'unseen')]],
  ['fewer than N came', { error: 'EIO', nth: 3 }, [flush(false), flush(false)]],
  ['the Nth was left alone', { error: 'EIO', nth: 1 }, [flush(false)]],
  ['one of two did not fail', { error: 'EIO' }, [flush(true, 'EIO'), flush(false, 'EIO')]],
  ['one of two did not wait', { delayMs: 5 }, [flush(true), flush(false)]],
] as const)('where %s, the test proves nothing', (_what, fault, flushes) => {
  expect(prove(fault, flushes)).toThrow(RuleUnproven);
});
