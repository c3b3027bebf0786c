/** Serial number of the read-only disk that carries the tree; at most 20 characters. */
export const TREE_SERIAL = 'pmemrig-xfstests';

/** In the guest, on tmpfs. `tree` below it is the tree with a writable layer over it. */
export const DIR = '/run/pmemrig/xfstests';
/** The results disk. */
export const RESULTS = `${DIR}/results`;
export const HOST_OPTIONS = `${DIR}/host-options`;
/** Runs a test by a `check` that is held between two, see guest/held-check.sh. */
export const HELD_CHECK = `${DIR}/held-check.sh`;
/** Its options, which read {@link HOST_OPTIONS}. */
export const HOLD = `${DIR}/hold.sh`;
