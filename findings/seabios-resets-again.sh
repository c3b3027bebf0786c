#!/usr/bin/env bash
# qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3 with seabios 1.16.2-1 (Debian bookworm).
#
# QMP's system_reset gives two kinds of reset: the host's, and then the guest's own. SeaBIOS finds itself in memory that has run already, restores it
# from its ROM, and resets the machine once more before it boots (tryReboot in its src/resume.c). A QEMU that runs with -no-reboot and is told by
# set-action to take just the host's reset ends at the second one, as if the guest had rebooted.
set -euo pipefail

# A QEMU that has ended reads no more.
trap '' PIPE
say() { echo "$1" || true; sleep "${2:-0.2}"; }

# What QEMU reports of a reset whose permission ends before the machine runs on ("early"), or stays.
reset_machine() { # early|late
  {
    say '{"execute":"qmp_capabilities"}' 3
    say '{"execute":"stop"}'
    say '{"execute":"set-action","arguments":{"reboot":"reset"}}'
    say '{"execute":"system_reset"}'
    [ "$1" = late ] || say '{"execute":"set-action","arguments":{"reboot":"shutdown"}}'
    say '{"execute":"cont"}' 2
    say '{"execute":"quit"}'
  } 2> /dev/null | timeout 20 qemu-system-x86_64 -nodefaults -display none -machine pc -accel tcg -m 64M -no-reboot -qmp stdio |
    grep -oE '"event": "(RESET|SHUTDOWN)"|"reason": "[a-z-]+"' | sed 's/.*: //' | paste -sd' '
}

late=$(reset_machine late)
early=$(reset_machine early)
printf 'permission stays: %s\npermission ends early: %s\n' "$late" "$early"
[[ $late == '"RESET" "host-qmp-system-reset" "RESET" "guest-reset"'* ]] && [[ $early == *'"SHUTDOWN" "guest-reset"' ]]
