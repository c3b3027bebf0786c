#!/usr/bin/env bash
# linux-image-7.3.4+deb13-cloud-amd64 7.3.4-1~bpo13+1 and what it depends on (Debian trixie-backports; sid and experimental alike).
#
# Since 7.x the package linux-image-RELEASE is empty: no /boot/vmlinuz-RELEASE, no modules, not even a configuration. The image is in linux-binary-RELEASE, as
# /usr/lib/modules/RELEASE/vmlinuz, and that package depends on linux-base-RELEASE alone: who follows its dependencies gets no module. The unsigned
# image of linux-binary-unsigned-RELEASE has another file name, vmlinuz.unsigned. All that unpacks linux-image-*.deb and looks into boot/ finds nothing.
set -euo pipefail
release=7.3.4+deb13-cloud-amd64 version='7.3.4-1~bpo13+1'
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Debian's packages of trixie-backports, by the mirror that apt is configured for.
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache" "$dir/debs"
mirror=$(apt-get indextargets --format '$(SITE)' | head -n 1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg arch=amd64] $mirror trixie-backports main" > "$dir/apt/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$dir/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$dir/apt/lists" -o "Dir::Cache=$dir/apt/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
cd "$dir/debs"
apt-get "${apt[@]}" download {linux-image,linux-binary,linux-binary-unsigned}-"$release=$version"

# What a package holds beside its documentation, and what it needs of its own release.
files() { dpkg-deb --fsys-tarfile "$1"-"$release"_*.deb | tar t | grep -v -e '/$' -e '^\./usr/share/' || true; }
needs() { dpkg-deb --field "$1"-"$release"_*.deb Depends | grep -o "linux-[a-z]*-$release" | sort | tr '\n' ' '; }

seen="image: $(files linux-image)
binary: $(files linux-binary)
unsigned: $(files linux-binary-unsigned)
image needs: $(needs linux-image)
binary needs: $(needs linux-binary)"
expected="image: 
binary: ./usr/lib/modules/$release/vmlinuz
unsigned: ./usr/lib/modules/$release/vmlinuz.unsigned
image needs: linux-base-$release linux-binary-$release linux-modules-$release 
binary needs: linux-base-$release "
if [ "$seen" = "$expected" ]; then
  echo "linux-image-$release $version holds no kernel: that is usr/lib/modules/$release/vmlinuz of linux-binary-$release, which does not depend on linux-modules-$release"
else
  echo "Debian splits its kernels otherwise now:"
  echo "$seen"
  exit 1
fi
