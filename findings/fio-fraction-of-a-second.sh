#!/usr/bin/env bash
# fio 3.33-3 (Debian bookworm): a time with a fraction is cut to whole seconds, without a word.
#
# `runtime=2.5` runs 2 s, `runtime=1.9` 1 s. `runtime=0.5` is taken for 0: the job runs nothing ("time_based requires a runtime/timeout setting" on
# stderr), and yet fio writes a whole result of zeros and exits with 0, so a test that goes by the status passes. `runtime=.5` is refused, with
# status 1, and `runtime=2500ms` runs 2.5 s.
# Seen: 2.5 -> 2001 ms, 2500ms -> 2501 ms, 0.5 -> 0 ms and status 0.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# The package and what its programs link to, exactly this version, unpacked and not installed.
libraries=$(apt-cache depends fio=3.33-3 | sed -n 's/^ *Depends: \(lib[^ <]*\)$/\1/p')
# shellcheck disable=SC2086
apt-get -qq -o APT::Sandbox::User=root download fio=3.33-3 $libraries
for deb in ./*.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$dir/root/usr/lib/x86_64-linux-gnu:$dir/root/lib/x86_64-linux-gnu"

run() { # RUNTIME: prints for how many milliseconds the job ran; fio's exit status is its own
	"$dir/root/usr/bin/fio" --name=a --ioengine=null --size=1M --time_based --runtime="$1" --output-format=json > "$dir/output" 2> /dev/null || return
	sed -n 's/.*"job_runtime" : \([0-9]*\).*/\1/p' "$dir/output"
}

fraction=$(run 2.5)
whole=$(run 2500ms)
none=$(run 0.5)
refused=taken
run .5 || refused=refused
if [ "$fraction" -ge 2000 ] && [ "$fraction" -lt 2400 ] && [ "$whole" -ge 2500 ] && [ "$none" -eq 0 ] && [ "$refused" = refused ]; then
	echo "fio 3.33: runtime=2.5 ran $fraction ms, 2500ms $whole ms, 0.5 no time at all, with exit status 0; .5 is refused"
else
	echo "fio reads fractions of a second otherwise now: 2.5 ran $fraction ms, 2500ms $whole ms, 0.5 $none ms, .5 is $refused"
	exit 1
fi
