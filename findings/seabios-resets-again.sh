#!/usr/bin/env bash
# qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3 with seabios 1.16.2-1 (Debian bookworm).
#
# One system_reset over QMP gives two kinds of reset: the host's, and then the guest's own. SeaBIOS finds itself in memory that has run already, restores it
# from its ROM, and resets the machine again before it boots (tryReboot in its src/resume.c), on a slow host several times. A QEMU that runs with -no-reboot and is told by
# set-action to take just the host's reset ends at the second one, as if the guest had rebooted.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
# A QEMU that has ended reads no more.
trap '' PIPE

packages=(qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3 qemu-system-common=1:7.2+dfsg-7+deb12u18+b3 qemu-system-data=1:7.2+dfsg-7+deb12u18 seabios=1.16.2-1)
apt-get -qq download -o APT::Sandbox::User=root "${packages[@]}"
for deb in *.deb; do dpkg -x "$deb" root; done
export QEMU_MODULE_DIR=$dir/root/usr/lib/x86_64-linux-gnu/qemu

say() { echo "$1" || true; sleep "${2:-0.2}"; }

# What QEMU reports of a reset whose permission ends before the machine runs on ("early"), or stays ("late").
reset_machine() {
  {
    say '{"execute":"qmp_capabilities"}' 3
    say '{"execute":"stop"}'
    say '{"execute":"set-action","arguments":{"reboot":"reset"}}'
    say '{"execute":"system_reset"}'
    [ "$1" = late ] || say '{"execute":"set-action","arguments":{"reboot":"shutdown"}}'
    say '{"execute":"cont"}' 2
    say '{"execute":"quit"}'
  } 2> /dev/null | timeout 20 root/usr/bin/qemu-system-x86_64 -L root/usr/share/qemu -L root/usr/share/seabios -nodefaults -display none \
    -machine pc -accel tcg -m 64M -no-reboot -qmp stdio |
    grep -oE '"event": "(RESET|SHUTDOWN)"|"reason": "[a-z-]+"' | sed 's/.*: //' | paste -sd' '
}

late=$(reset_machine late)
early=$(reset_machine early)
if [[ $late == '"RESET" "host-qmp-system-reset" "RESET" "guest-reset"'* && $early == *'"SHUTDOWN" "guest-reset"' ]]; then
  echo "SeaBIOS resets the machine again after QMP's system_reset: QEMU 7.2 reports one reset of the host and $(grep -o guest-reset <<< "$late" | wc -l) of the guest; with -no-reboot in force again before that it ends by guest-reset"
else
  echo "the resets have changed: late: $late; early: $early"
  exit 1
fi
