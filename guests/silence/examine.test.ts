import { expect, test } from 'vitest';
import { explainSilence, type Sight } from './examine.ts';
import type { CpuState } from '../arch/architecture.ts';

const idle: CpuState = { what: 'idle', space: '1000' };
const user: CpuState = { what: 'user', space: '2000' };
const kernel: CpuState = { what: 'kernel', space: '2000' };

/** Ten looks at two CPUs, each of which goes through its states by turns. */
const sight = (first: readonly CpuState[], second: readonly CpuState[], over: Partial<Sight> = {}): Sight => ({
  looks: Array.from({ length: 10 }, (_, look) => [first, second].map((states) => states[look % states.length] ?? idle)),
  printed: false,
  diskReads: 0,
  cpuShare: 1,
  ...over,
});
const crowd = Array.from({ length: 8 }, (_, process): CpuState => ({ what: 'user', space: String(process) }));

test.each([
  ['a guest that idles: its link is down', sight([idle], [idle], { cpuShare: 0.02 }), undefined],
  ['one process that keeps all CPUs, in user mode', sight([user], [user], { cpuShare: 2 }), undefined],
  [
    'a test that works in kernel and user mode by turns, while the link is down',
    sight([user, kernel], [idle, kernel]),
    undefined,
  ],
  [
    'a CPU that does not leave the kernel, be it in one softirq',
    sight([kernel], [idle]),
    'a CPU is busy in the kernel',
  ],
  ['a guest that prints', sight([idle], [idle], { printed: true }), 'it prints on its console'],
  [
    'a guest that reads its programs again and again',
    sight([idle, kernel], [idle], { diskReads: 300 }),
    'it reads its disks',
  ],
  ['a guest that its host starves', sight([user], [user], { cpuShare: 0.03 }), 'its host does not let it run'],
  ['a crowd of processes', sight(crowd, crowd), 'many processes share its CPUs'],
  ['a QEMU that does not show its CPUs', sight([], [], { looks: [[], []] }), 'its CPUs cannot be seen'],
] as const)('%s', (_what, seen, explanation) => expect(explainSilence(seen)).toBe(explanation));
