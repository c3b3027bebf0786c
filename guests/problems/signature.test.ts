import { expect, test } from 'vitest';
import { parseLog } from './testing/read-problem-logs.ts';

test.each([
  ['BUG: spinlock lockup suspected on CPU#1, COMM/PID'],
  ['BUG: spinlock bad magic on CPU#0, COMM/PID'],
  ['BUG: rwlock recursion on CPU#0, COMM/PID, ffff888104a16a40'],
  ['BUG: using __this_cpu_read() in preemptible [00000000] code: COMM/PID'],
  ['BUG: scheduling while atomic: COMM/PID/0x00000002'],
  ['BUG: workqueue leaked lock or atomic: COMM/0x00000001/PID'],
  ['BUG: Bad page state in process COMM  pfn:104a0'],
  ['BUG: Bad page map in process COMM  pte:00010000 pmd:6ade7067'],
  ['BUG: Bad rss-counter state mm:ffff888104a16a40 type:MM_FILEPAGES val:1 Comm:COMM Pid:PID'],
  ['watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [COMM:PID]'],
  ['INFO: task COMM:PID blocked for more than 122 seconds.'],
  ['COMM: page allocation failure: order:9, mode:0x40dc0(GFP_KERNEL), nodemask=(null)'],
  ['COMM invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0'],
  ['Out of memory: Killed process PID (COMM) total-vm:841924kB, anon-rss:1kB'],
  ["WARNING: kernel stack regs at (____ptrval____) in COMM:PID has bad 'bp' value (____ptrval____)"],
  ['EXT4-fs error (device pmem0): ext4_lookup:1787: inode #12: comm COMM: iget: checksum invalid'],
  ['WARNING: fs/dax.c:10 at dax_sync+0x18c/0x1b0, CPU#0: COMM/PID'],
])('without a stack, whatever the task is called the signature is one: %s', (line) => {
  const signatures = [
    ['fio', '77'],
    ['kworker/u8:1', '1203'],
    ['my test 2', '9'],
    ['a(b)', '30000'],
  ].map(([comm = '', pid = '']) =>
    parseLog(`[    5.000001][   T77] ${line.replace('COMM', comm).replace('PID', pid)}\n`).map(
      ({ signature }) => signature,
    ),
  );
  expect(signatures[0]).toHaveLength(1);
  expect(new Set(signatures.flat())).toEqual(new Set(signatures[0]));
});
