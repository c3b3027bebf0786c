import { readFile } from 'node:fs/promises';
import { setInterval } from 'node:timers/promises';

/** VmHWM is the kernel's own high-water mark; the last reading before the process ends is what counts. */
export async function watchPeakMemory(pid: number, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  try {
    for await (const _ of setInterval(100, undefined, { signal })) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      bytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? bytes / 1024) * 1024;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return bytes;
}
