import { nameSignal } from '../../orchestrator/model/signals.ts';
import { present } from '../../orchestrator/model/present.ts';

/** The guest's own, not the image's. */
const BUSYBOX = '/usr/lib/pmemrig/busybox';
/** In the environment of a command: its processes are found by it. */
export const MARKER_NAME = 'PMEMRIG_EXEC';

const cgroupOf = (marker: string): string => `/sys/fs/cgroup/pmemrig-${marker}`;
const statusOf = (marker: string): string => `/run/pmemrig/exit-${marker}`;

/**
 * The words that run a command in a control group of its own, where there are any. So all that it starts is found, also
 * a daemon with an empty environment. `time` is there for one thing: it writes down by which signal the command ended;
 * sshd has names for thirteen signals only. The record has room from the beginning, an empty line, so that a command
 * may fill /run. Where not even that can be written, the command runs without `time`, and a control group `plain` says
 * so.
 */
export function containCommand(words: readonly string[], marker: string): readonly string[] {
  const [cgroup, status] = [cgroupOf(marker), statusOf(marker)];
  const script = `${BUSYBOX} mkdir -p ${cgroup} /run/pmemrig 2> /dev/null
{ echo $$ > ${cgroup}/cgroup.procs; } 2> /dev/null
{ echo > ${status}; } 2> /dev/null || {
  ${BUSYBOX} mkdir ${cgroup}/plain 2> /dev/null
  exec "$@"
}
exec ${BUSYBOX} time -a -o ${status} -f '' "$@"`;
  return [BUSYBOX, 'sh', '-c', script, 'sh', ...words];
}

/**
 * A script that kills what is left of a command, a few times over since it may be forking, and says what it found.
 * (grep's status says nothing: it is 2 when a process ended while it read.) It forks no more than it must. But it does
 * fork, so that a guest that cannot fork does not end it with status 0.
 */
export function sweepScript(marker: string): string {
  return `word=left
for round in 1 2 3 4 5 6 7 8; do
  found=$(grep -als '${MARKER_NAME}=${marker}' /proc/[0-9]*/environ)
  while read -r pid; do found="$found /proc/$pid/"; done < ${cgroupOf(marker)}/cgroup.procs
  [ -n "$found" ] || break
  [ $round = 8 ] && word=stuck
  for file in $found; do
    pid=\${file#/proc/}
    pid=\${pid%%/*}
    name=
    read -r name < /proc/$pid/comm && echo "$word $pid $name"
    kill -KILL $pid
  done
  [ $round -lt 3 ] || sleep 0.2
done 2> /dev/null
[ -d ${cgroupOf(marker)}/plain ] && echo plain
[ -f ${statusOf(marker)} ] && { read -r line; read -r line && echo ended && echo "$line"; } < ${statusOf(marker)}
exit 0`;
}

/** What {@link sweepScript} says. */
export interface Sweep {
  /** `sleep (process 77)`, in the order in which they were found. */
  readonly left: readonly string[];
  /** Those that even a kill did not end. */
  readonly stuck: readonly string[];
  /** How the command ended: by a signal, or as sshd says; absent where nothing is known of it. */
  readonly end?: { readonly signal: string | null };
}

export function parseSweep(text: string): Sweep {
  const processes = (word: string): string[] => [
    ...new Set(
      Array.from(
        text.matchAll(new RegExp(String.raw`^${word} (\d+) (.*)$`, 'gm')),
        ([, pid = '', name = '']) => `${name} (process ${pid})`,
      ),
    ),
  ];
  const [, ending] = /^ended\n([^]*)/m.exec(text) ?? [];
  const number = /^Command terminated by signal (\d+)$/m.exec(ending ?? '')?.[1];
  const isPlain = /^plain$/m.test(text);
  const end = isPlain
    ? { signal: null }
    : ending === undefined
      ? undefined
      : { signal: number === undefined ? null : (nameSignal(Number(number)) ?? `signal ${number}`) };
  return { left: processes('left'), stuck: processes('stuck'), ...present({ end }) };
}
