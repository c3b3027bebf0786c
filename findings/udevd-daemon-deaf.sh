#!/usr/bin/env bash
# udev 262.1-1 (Debian sid), beside udev 257.13-1~deb13u1 (trixie). Needs root and mmdebstrap.
#
# `systemd-udevd --daemon` used to bind its netlink socket and then to fork: small inits start it so, write "add" to the uevent files that they care for, and
# call `udevadm settle`. 262's forks first, and the child binds: the command comes back while nobody listens. The kernel keeps no uevent for later, `settle`
# finds nothing to wait for, and on a slow machine no driver is loaded, without a word. Whoever starts udevd has to wait for its socket first.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mirror=$(apt-get indextargets --format '$(SITE)' | head -n 1)

# Prints "version: before|after": when udevd binds its socket of uevents (group 1), beside the fork that lets --daemon come back.
try() {
  mmdebstrap --quiet --aptopt='Acquire::Check-Valid-Until "false"' --variant=apt --include=mount,udev,strace "$1" "$dir/$1" "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" > "$dir/log" 2>&1 || { cat "$dir/log" >&2; return 1; }
  cat > "$dir/$1/try" <<'EOF'
set -e
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /dev; mknod -m 666 /dev/null c 1 3
strace -f -e trace=bind,setsid -o /calls /usr/lib/systemd/systemd-udevd --daemon > /dev/null 2>&1 &
for _ in $(seq 100); do grep -q 'nl_groups=0x000001' /calls 2> /dev/null && grep -q setsid /calls && break; sleep 0.1; done
EOF
  unshare --net --mount --pid --fork chroot "$dir/$1" bash /try
  awk '/setsid/ { forked = 1 } /nl_groups=0x000001/ { print forked ? "after" : "before"; exit }' "$dir/$1/calls" | sed "s/^/$(chroot "$dir/$1" dpkg-query --show --showformat '${Version}' udev): /"
}

seen="$(try trixie), $(try sid)"
case $seen in
  257.*": before, 262."*": after") echo "systemd-udevd --daemon comes back before it listens to the kernel since 262 (binds before or after the fork: $seen)" ;;
  *) echo "udevd has changed: $seen"; exit 1 ;;
esac
