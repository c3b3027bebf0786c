import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeQemuWords, splitQemuWords } from './own-words.ts';

const MON =
  "qemu-system-x86_64: -mon chardev=qmp,mode=control: warning: '-mon' is deprecated, use '-object' with 'monitor-hmp' or 'monitor-qmp' types instead";
const NO_KVM_BIT =
  "qemu-system-x86_64: warning: host doesn't support requested feature: CPUID[eax=01h].ECX.pni [bit 0]";
const NO_FILE = "qemu: could not open kernel file '/nosuch': No such file or directory";

// The words of QEMU 7.2 and 11.1, and of what may stand around it.
test.each<[string, string, readonly string[], readonly string[]]>([
  ['nothing', '', [], []],
  ['a warning ahead of the reason', `${MON}\n${NO_FILE}\n`, [NO_FILE], [MON]],
  ['a warning behind it', `${NO_FILE}\n${NO_KVM_BIT}\n`, [NO_FILE], [NO_KVM_BIT]],
  ['one warning for each of two devices', `${MON}\n${MON}\n${NO_KVM_BIT}\n`, [], [MON, NO_KVM_BIT]],
  [
    'a reason with a hint below it',
    `${MON}\nqemu-system-x86_64: unsupported machine type: "foo"\nUse -machine help to list supported machines\n`,
    ['qemu-system-x86_64: unsupported machine type: "foo"\nUse -machine help to list supported machines'],
    [MON],
  ],
  [
    'a warning with a hint below it',
    `${MON}\nSee the manual,\nsection 3.\n${NO_FILE}`,
    [NO_FILE],
    [`${MON}\nSee the manual,\nsection 3.`],
  ],
  [
    'an info line',
    `qemu-system-x86_64: info: using 2 threads\n${NO_FILE}`,
    [NO_FILE],
    ['qemu-system-x86_64: info: using 2 threads'],
  ],
  [
    'a location that holds colons',
    `qemu-system-x86_64: -device {"driver":"foo","id":"a: b"}: warning: foo is deprecated\n${NO_FILE}`,
    [NO_FILE],
    ['qemu-system-x86_64: -device {"driver":"foo","id":"a: b"}: warning: foo is deprecated'],
  ],
  [
    'the dynamic linker, GLib and the shell of a wrapper',
    `/opt/q/qemu-system-x86_64: /opt/q/libz.so.1: no version information available (required by /opt/q/qemu-system-x86_64)\n(qemu-system-x86_64:12): GLib-WARNING **: 07:48:31.123: no locale\nbash: warning: setlocale: LC_ALL: cannot change locale (xx)\n${NO_FILE}`,
    [NO_FILE],
    [
      '/opt/q/qemu-system-x86_64: /opt/q/libz.so.1: no version information available (required by /opt/q/qemu-system-x86_64)',
      '(qemu-system-x86_64:12): GLib-WARNING **: 07:48:31.123: no locale',
      'bash: warning: setlocale: LC_ALL: cannot change locale (xx)',
    ],
  ],
  [
    'a missing library',
    '/opt/q/qemu-system-x86_64: error while loading shared libraries: libz.so.1: cannot open',
    ['/opt/q/qemu-system-x86_64: error while loading shared libraries: libz.so.1: cannot open'],
    [],
  ],
  [
    'setpriv',
    'setpriv: failed to execute /opt/q: Exec format error\n',
    ['setpriv: failed to execute /opt/q: Exec format error'],
    [],
  ],
  ...[
    [
      "GLib's assertion",
      '**\nERROR:../util/iov.c:12:iov_copy: assertion failed: (len > 0)\nBail out! ERROR:../util/iov.c:12:iov_copy: assertion failed: (len > 0)',
    ],
    ["glibc's check of its heap", 'malloc(): corrupted top size'],
    ['another', 'double free or corruption (out)'],
    ["glibc's check of a stack", '*** stack smashing detected ***: terminated'],
    ["libstdc++'s last words", "terminate called after throwing an instance of 'std::bad_alloc'"],
  ].map(([name = '', words = '']): [string, string, readonly string[], readonly string[]] => [
    `${name} behind a warning`,
    `${MON}\n${words}`,
    words.split('\n'),
    [MON],
  ]),
  [
    'words of nobody in particular',
    'out of cheese\nqemu: invalid kernel header',
    ['out of cheese', 'qemu: invalid kernel header'],
    [],
  ],
])('%s', (_, stderr, errors, warnings) => {
  expect(splitQemuWords(stderr)).toEqual({ errors, warnings });
});

test('the reason stands first, and no word is lost', () => {
  expect(describeQemuWords(`${MON}\n${NO_FILE}`)).toBe(`${NO_FILE}\n(it also warned: ${MON})`);
  expect(describeQemuWords(`${MON}\n`, 'QEMU closed its QMP connection')).toBe(
    `QEMU closed its QMP connection\n(it also warned: ${MON})`,
  );
  expect(describeQemuWords('', 'no answer')).toBe('no answer');
  const line = fc.constantFrom(MON, NO_KVM_BIT, NO_FILE, 'Use -machine help', 'qemu: invalid kernel header', '');
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const said = describeQemuWords(lines.join('\n'));
      for (const text of lines) expect(said).toContain(text);
      if (lines.includes(NO_FILE))
        expect(said.indexOf(NO_FILE)).toBeLessThan((said.indexOf('warning:') + 1 || Infinity) - 1);
    }),
  );
});
