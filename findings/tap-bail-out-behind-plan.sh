#!/usr/bin/env bash
# A `Bail out!` behind the plan does not exist for tap-parser: the run is reported as ok.
#
# Versions: tap-parser 18.3.4 (npm), Test::Harness 3.44 (Debian libtest-harness-perl 3.44-1).
# TAP 14 lets a stream begin with its plan, `1..0` among them, and a bail-out follow it. tap-parser takes all that comes
# after `1..0`, or after a plan at the end, for "not TAP" once it has seen the plan, the bail-out as well:
# `results.ok` is true and `results.bailout` false. A program whose clean-up bails out after its last test is so green in
# node-tap's reporters; prove stops with "FAILED--Further testing stopped" and a status that is not 0.
# Where the plan comes first and is not empty, both see the bail-out.
# Output seen: tap-parser 18.3.4: 1..0 ok=true, plan at the end ok=true, plan first ok=false; prove 3.44: stopped, stopped, stopped
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

printf 'TAP version 14\n1..0\nBail out! no device\n' > 1-empty.tap
printf 'TAP version 14\nok 1 a\n1..1\nBail out! cannot unmount\n' > 2-end.tap
printf 'TAP version 14\n1..1\nok 1 a\nBail out! cannot unmount\n' > 3-first.tap

npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$dir" tap-parser@18.3.4 > npm.log 2>&1 || { cat npm.log >&2; exit 1; }
cat > read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Parser } from 'tap-parser';
const read = (path) => {
  const parser = new Parser();
  parser.end(readFileSync(path, 'utf8'));
  return `ok=${parser.results.ok}`;
};
console.log(`1..0 ${read('1-empty.tap')}, plan at the end ${read('2-end.tap')}, plan first ${read('3-first.tap')}`);
JS
theirs=$(node read.mjs)

apt-get download -qq libtest-harness-perl=3.44-1 2> apt.log || { cat apt.log >&2; exit 1; }
dpkg -x libtest-harness-perl_*.deb perl
stopped=''
for file in *.tap; do
  status=0
  perl -I perl/usr/share/perl5 perl/usr/bin/prove -e cat "$file" > prove.txt 2>&1 || status=$?
  grep -q 'FAILED--Further testing stopped' prove.txt && [ "$status" != 0 ] && stopped="${stopped:+$stopped, }stopped"
done

echo "tap-parser 18.3.4: $theirs; prove 3.44: $stopped"
[ "$theirs" = '1..0 ok=true, plan at the end ok=true, plan first ok=false' ] && [ "$stopped" = 'stopped, stopped, stopped' ]
