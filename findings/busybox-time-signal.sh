#!/usr/bin/env bash
# busybox 1.35.0 (Debian busybox-static 1:1.35.0-4+deb12u1+b1), applet `time`.
#
# A command that dies of a signal makes a shell, env(1) and GNU time end with 128 + the signal's number. busybox's `time` ends
# with the bare number instead: a program killed by SIGILL (4) gives exit status 4, which is kselftest's "skipped"; one
# killed by SIGHUP (1) looks like an ordinary failure. Which of the two it was, it says in its report only: "Command terminated by signal 4".
# So whoever wraps a test in `busybox time` must read the report, never the status.
#
# Seen: bare statuses 1, 4 and 7 for SIGHUP, SIGILL and SIGBUS; 135 for `exit 135`.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq 'busybox-static=1:1.35.0-4+deb12u1+b1' > /dev/null
dpkg -x busybox-static_*.deb root
busybox=$work/root/bin/busybox

statuses=
for words in 'kill -HUP $$' 'kill -ILL $$' 'kill -BUS $$' 'exit 135'; do
  status=0
  "$busybox" time -o report -f '' sh -c "$words" || status=$?
  statuses="$statuses $status:$(head -n 1 report | tr ' ' '-')"
done
want=' 1:Command-terminated-by-signal-1 4:Command-terminated-by-signal-4 7:Command-terminated-by-signal-7 135:Command-exited-with-non-zero-status-135'
[ "$statuses" = "$want" ] || { echo "changed:$statuses"; exit 1; }
echo 'busybox time: a command killed by SIGILL ends with status 4, as one that skips'
