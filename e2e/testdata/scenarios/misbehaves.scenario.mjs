// Does what a scenario should not: `misbehaves.scenario.mjs MARK WAY`. Its children ignore SIGTERM.
import { spawn } from 'node:child_process';

const [mark, way] = argv._;
const child = `trap '' TERM HUP INT; while :; do sleep ${mark}; done`;
for (let n = 0; n < 5; n += 1) spawn('setsid', ['sh', '-c', child], { detached: true, stdio: 'inherit' }).unref();
await sleep(500);
if (way === 'throw') throw new Error('as planned');
if (way === 'flood') for (;;) console.log('x'.repeat(65536));
process.on('SIGTERM', () => undefined);
if (way === 'hang') for (;;);
if (way === 'wait') await sleep('600s');
