#!/usr/bin/env bash
# b4 0.14.2-2 (Debian trixie), git format-patch 2.33 or newer.
#
# git takes a fraction for a version (`git format-patch -v 3.1`, for a small mend of v3) and writes [PATCH v3.1 n/2]. b4 knows whole numbers alone, and takes
# such a mail for version 1: of a thread with v3 and v3.1 `b4 am` says "Will use the latest revision: v3" and writes the older patches. Nothing names v3.1.
# (0.16.0-1 of sid writes those of v3.1, and says "latest revision: v1".)
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
git format-patch -q -2 -v 3 --cover-letter --thread --cover-from-description=none -o ../v3
cover=$(sed -n 's/^Message-I[Dd]: *//p' ../v3/*-0000-*)
sed -i 's/two/two, mended/' file.c
git commit -q -a --amend --no-edit
# A second later the message ids are others, as b4 keeps one mail of each.
sleep 1
git format-patch -q -2 -v 3.1 --cover-letter --thread --in-reply-to="$cover" --cover-from-description=none -o ../v3.1
cat ../v3/*.patch ../v3.1/*.patch > ../thread.mbox

said=$(PYTHONPATH=$dir/root/usr/lib/python3/dist-packages /usr/bin/python3 -c 'from b4.command import cmd; cmd()' --offline-mode am -m ../thread.mbox -o .. 2>&1 || true)
if grep -q 'latest revision: v3$' <<< "$said" && grep -q '^+two$' ../v3_*.mbx && ! grep -q '^+two, mended$' ../v3_*.mbx; then
  echo "b4 0.14.2: of v3 and v3.1 ($(grep -c '^Subject: \[PATCH v3.1 [12]/2\]' ../thread.mbox) patches of git format-patch -v 3.1) it writes v3"
else
  echo "b4 reads v3.1 otherwise now:"
  echo "$said"
  exit 1
fi
