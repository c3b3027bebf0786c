# The options of a `check` that stands still before each of its tests (HOST_OPTIONS): held-check.sh starts it, and answers it.
# `check` calls $LOGGER_PROG with `run xfstest NAME` once it is done with the test before, and before it does anything for this one.
# A function of this name runs in its own shell: it waits there, and sees what `check` has counted.
. "${HOST_OPTIONS%/*}/host-options"

export LOGGER_PROG=pmemrig_hold

pmemrig_hold() {
	local answer
	# Both are named pipes: each side waits for the other.
	printf '%s\n' "held ${1##* }" "failed ${bad[*]}" "notrun ${notrun[*]}" > "${HOST_OPTIONS%/*}/held/state"
	read -r answer < "${HOST_OPTIONS%/*}/held/answer"
	[ "$answer" = run ] || exit
}
