#!/usr/bin/env bash
# A skipped test that says `not ok` passes with the kernel's reader and with node-tap's, and fails with Perl's.
#
# Versions: Test::Harness 3.44 (Debian libtest-harness-perl 3.44-1), tap-parser 18.3.4 (npm).
# ktap.rst of the kernel allows a SKIP behind either word: "the result of the test case result line can be either "ok"
# or "not ok" if the SKIP directive is used". kunit.py and tap-parser read it so. prove reads `not ok 2 b # SKIP no pmem`
# as a failure, exit status 1, and does not count it among the skipped; with `ok` the same line is a skip.
# So KTAP that is valid and all green turns red where a CI pipes it through prove, and only for the tests that skip.
# Output seen: prove 3.44: exit 1, "Failed test:  2"; tap-parser 18.3.4: ok, 1 skipped
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

printf 'TAP version 13\n1..2\nok 1 a\nnot ok 2 b # SKIP no pmem\n' > valid.tap

apt-get download -qq libtest-harness-perl=3.44-1 2> apt.log || { cat apt.log >&2; exit 1; }
dpkg -x libtest-harness-perl_*.deb perl
status=0
perl -I perl/usr/share/perl5 perl/usr/bin/prove -e cat valid.tap > prove.txt 2>&1 || status=$?
failed=$(grep -o 'Failed test: *2' prove.txt || true)

npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$dir" tap-parser@18.3.4 > npm.log 2>&1 || { cat npm.log >&2; exit 1; }
cat > read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Parser } from 'tap-parser';
const parser = new Parser();
parser.end(readFileSync('valid.tap', 'utf8'));
console.log(`${parser.results.ok ? 'ok' : 'not ok'}, ${parser.results.skip} skipped`);
JS
theirs=$(node read.mjs)

echo "prove 3.44: exit $status, \"$failed\"; tap-parser 18.3.4: $theirs"
[ "$status" = 1 ] && [ -n "$failed" ] && [ "$theirs" = 'ok, 1 skipped' ]
