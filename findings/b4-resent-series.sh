#!/usr/bin/env bash
# b4 0.14.2-2 (Debian trixie; the same with 0.16.0-1 of sid, not with 0.12.0-2 of bookworm), git format-patch.
#
# A series that its author sends again in the same thread, tagged [PATCH RESEND n/2] and otherwise unchanged, makes `b4 am` count four patches instead of
# two: it says "duplicate messages found at index 1", "assume additional patch", shifts the numbers, and ends with "Thread incomplete".
# 0.12 kept the first mail of each number. A mailbox of a whole thread must be cleaned of resends before these versions see it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export HOME=$dir GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=Pat GIT_AUTHOR_EMAIL=pat@example.org GIT_COMMITTER_NAME=Pat GIT_COMMITTER_EMAIL=pat@example.org

# Debian's packages of trixie, by the mirror that apt is configured for.
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache" "$dir/debs"
mirror=$(apt-get indextargets --format '$(SITE)' | head -n 1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" > "$dir/apt/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$dir/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$dir/apt/lists" -o "Dir::Cache=$dir/apt/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
(cd "$dir/debs" && apt-get "${apt[@]}" download b4=0.14.2-2 python3-patatt python3-dkim python3-dnspython python3-requests python3-urllib3 python3-idna python3-certifi python3-charset-normalizer python3-chardet)
for deb in "$dir"/debs/*.deb; do dpkg -x "$deb" "$dir/root"; done

mkdir "$dir/tree" && cd "$dir/tree"
git init -q
git config --global b4.attestation-policy off
for step in base one two; do
  echo "$step" >> file.c
  git add file.c
  git commit -qm "step $step"
done
git format-patch -q -2 --cover-letter --thread --cover-from-description=none -o ../first
cover=$(sed -n 's/^Message-I[Dd]: *//p' ../first/0000-*)
# A second later the message ids are others, as b4 keeps one mail of each.
sleep 1
git format-patch -q -2 --cover-letter --thread --in-reply-to="$cover" --subject-prefix='PATCH RESEND' --cover-from-description=none -o ../again
cat ../first/*.patch ../again/*.patch > ../thread.mbox

said=$(PYTHONPATH=$dir/root/usr/lib/python3/dist-packages /usr/bin/python3 -c 'from b4.command import cmd; cmd()' --offline-mode am -m ../thread.mbox -o .. 2>&1 || true)
if grep -q 'assume additional patch' <<< "$said" && grep -q 'Thread incomplete' <<< "$said"; then
  echo "b4 0.14.2: a series of 2 and its RESEND in one thread are 'Thread incomplete' ($(grep -c 'assume additional patch' <<< "$said") times 'assume additional patch')"
else
  echo "b4 reads a RESEND otherwise now:"
  echo "$said"
  exit 1
fi
