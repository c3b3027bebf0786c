import prettyMs from 'pretty-ms';
import { findDebianMirror } from '../../guests/apt/debian-mirror.ts';
import { probeAccelerator } from '../../guests/qemu/accelerator.ts';
import { findQemu } from '../../guests/qemu/find-qemu.ts';
import { probeTracing } from '../../guests/faults/probe-tracing.ts';
import { tryQemuStart } from '../../guests/qemu/try-start.ts';
import { examineHost } from '../host/doctor.ts';
import { fixHost } from '../host/fix-host.ts';
import { formatDoctor } from '../host/format-doctor.ts';
import { runShown } from '../host/run-shown.ts';
import { logLine } from '../host/log-line.ts';
import { printJson, printText } from '../host/print.ts';

/**
 * `pmemrig doctor`: 0 if a run could start, else 3; with `kernelBuilds`, one whose kernels are built from source; with
 * `ownTests`, those of pmemrig itself. With `fix` what packages can remedy is installed first; UserError (2) when that
 * takes a person.
 */
export async function doctorCommand({
  fix,
  json,
  quiet,
  kernelBuilds = false,
  ownTests = false,
}: {
  readonly fix?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly kernelBuilds?: boolean;
  readonly ownTests?: boolean;
}): Promise<number> {
  const probes = {
    findQemu: () => findQemu(),
    probeAccelerator,
    tryQemuStart,
    probeTracing,
    findDebianMirror: () => findDebianMirror(),
  };
  let { report, user } = await examineHost(probes, { kernelBuilds, ownTests });
  if (fix === true && report.install) {
    const start = performance.now();
    await fixHost(report, user, { run: runShown, log: logLine });
    logLine(`installed in ${prettyMs(performance.now() - start)}`);
    ({ report, user } = await examineHost(probes, { kernelBuilds, ownTests }));
  }
  if (json === true) printJson(JSON.stringify(report, undefined, 2));
  else printText(formatDoctor(report, { quiet: quiet === true }));
  return report.ready ? 0 : 3;
}
