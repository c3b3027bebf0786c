import type { ProblemRule } from '../problem-rule.ts';

const FAILED = String.raw`(?:fail|error|corrupt|misaligned|unable to|could not|cannot|bad block|no free slots|timed? ?out)`;
/** Printed in a guest whose host cannot flush, or that has no labels: settings, not failures. */
const ADVICE = /unable to guarantee persistence of writes|No poison|errors? 0\b|\b0 errors|without label|set_read_only/;

/** The pmem stack itself. */
export const DEVICE_RULES: readonly ProblemRule[] = [
  {
    kind: 'nvdimm-error',
    start: new RegExp(
      String.raw`^(?:nd_pmem|nd_region|nd_btt|nd_pfn|nd_blk|nd_bus|nvdimm|virtio_pmem|nfit|e820_pmem)(?: \S+)?: .*${FAILED}`,
      'i',
    ),
    words: [
      'nd_pmem',
      'nd_region',
      'nd_btt',
      'nd_pfn',
      'nd_blk',
      'nd_bus',
      'nvdimm',
      'virtio_pmem',
      'nfit ',
      'nfit: ',
      'e820_pmem',
    ],
    unless: ADVICE,
    shape: 'line',
    signature: 'title',
  },
  {
    kind: 'nvdimm-error',
    start: /^(?:blk_update_request: )?(?:critical medium error|I\/O error), dev pmem\d/,
    words: ['error, dev pmem'],
    shape: 'line',
    signature: 'title',
  },
  {
    kind: 'nvdimm-error',
    start: /^Buffer I\/O error on dev(?:ice)? pmem\d/,
    words: ['Buffer I/O error on dev'],
    shape: 'line',
    signature: 'title',
  },
  {
    kind: 'dax-error',
    start: new RegExp(
      String.raw`^(?:device_dax|dax_pmem|dax_kmem|dax_hmem|kmem|dax_cxl|dax)(?: \S+)?: .*${FAILED}`,
      'i',
    ),
    words: ['device_dax', 'dax_pmem', 'dax_kmem', 'dax_hmem', 'kmem dax', 'dax_cxl', 'dax: ', 'dax dax'],
    unless: /unsupported|not support/i,
    shape: 'line',
    signature: 'title',
  },
  {
    kind: 'dax-error',
    start:
      /^Memory failure: 0x[\da-f]+: (?:recovery action for dax page: (?!Recovered)|.*(?:still referenced|: Failed\b))/,
    words: ['Memory failure: 0x'],
    shape: 'line',
    signature: 'title',
  },
];
