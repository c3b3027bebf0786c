/** Serial number of the read-only disk that carries the tree; at most 20 characters. */
export const TREE_SERIAL = 'pmemrig-xfstests';

/** In the guest, on tmpfs. */
export const DIR = '/run/pmemrig/xfstests';
/** The tree with a writable layer over it. */
export const TREE = `${DIR}/tree`;
/** The results disk. */
export const RESULTS = `${DIR}/results`;
export const HOST_OPTIONS = `${DIR}/host-options`;
