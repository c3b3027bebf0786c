import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trimReport } from './trim-report.ts';

const REPORT = `[   19.145673][   T97] ================================
[   19.145800][   T97] WARNING: inconsistent lock state
[   19.146021][   T97] 6.1.176 #1 Not tainted
[   19.146200][   T97] --------------------------------
[   19.146400][   T97] inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage.
[   19.146600][   T97] swapper/0/0 [HC1[1]:SC0[0]:HE0:SE1] takes:
[   19.146800][   T97] ffff888003b2d0c8 (&vpmem->stats_lock){?.+.}-{2:2}, at: virtio_pmem_host_ack+0x4a/0x120 (drivers/nvdimm/nd_virtio.c:28)
[   19.147000][   T97] {HARDIRQ-ON-W} state was registered at:
[   19.147200][   T97]   lock_acquire+0xa2/0x260 (kernel/locking/lockdep.c:5662)
[   19.147400][   T97]   _raw_spin_lock+0x2a/0x40 (include/linux/spinlock_api_smp.h:133, inlined at kernel/locking/spinlock.c:154)
[   19.147600][   T97]   virtio_pmem_flush+0x52/0x2c0 (include/linux/spinlock.h:350, inlined at drivers/nvdimm/nd_virtio.c:90)
[   19.147800][   T97] irq event stamp: 123
[   19.148000][   T97]                other info that might help us debug this:
[   19.148200][   T97] RAX: 0000000000000000 RBX: 0000000000000001
[   19.148400][   T97] Call Trace:
[   19.148600][   T97]  <IRQ>
[   19.148800][   T97]  dump_stack_lvl+0x6a/0x9b (lib/dump_stack.c:109)
[   19.149000][   T97]  ? guess+0x1/0x2
${Array.from({ length: 9 }, (_, index) => `[   19.15${index}000][   T97]  frame${index}+0x1/0x2 (a.c:${index})`).join('\n')}
[   19.160000][   T97]  entry_SYSCALL_64_after_hwframe+0x4b/0xb5 (arch/x86/entry/entry_64.S:121)
[   19.161000][   T97]  </TASK>
`;

test('what a maintainer looks at stays, with the lines of the functions that are named', () => {
  expect(trimReport(REPORT)).toEqual([
    'WARNING: inconsistent lock state',
    '6.1.176 #1 Not tainted',
    'inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage.',
    'swapper/0/0 [HC1[1]:SC0[0]:HE0:SE1] takes:',
    '(&vpmem->stats_lock){?.+.}-{2:2}, at: virtio_pmem_host_ack+0x4a/0x120 (drivers/nvdimm/nd_virtio.c:28)',
    '{HARDIRQ-ON-W} state was registered at:',
    '       _raw_spin_lock+0x2a/0x40 (kernel/locking/spinlock.c:154)',
    '       virtio_pmem_flush+0x52/0x2c0 (drivers/nvdimm/nd_virtio.c:90)',
    '',
    'other info that might help us debug this:',
    'Call Trace:',
    ...Array.from({ length: 7 }, (_, index) => `       frame${index}+0x1/0x2 (a.c:${index})`),
    '       [2 more]',
  ]);
});

test('whatever it is given, it ends, and stays within its bounds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), fc.nat(200), (text, lines) => {
      const trimmed = trimReport(`${text}\n${REPORT.repeat(lines)}`);
      expect(trimmed.length).toBeLessThanOrEqual(45);
      for (const line of trimmed) expect(line.length).toBeLessThanOrEqual(110);
    }),
    { numRuns: 50 },
  );
});
