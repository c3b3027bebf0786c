import fc from 'fast-check';
import { expect, test } from 'vitest';
import { demangleRust } from './rust-symbol.ts';

test.each([
  ['_RNvCsAbCdEfGhIjK_7___rustc17rust_begin_unwind', '__rustc::rust_begin_unwind'],
  ['_RNvNtCsZyXwVuTsRqP_4core9panicking9panic_fmt', 'core::panicking::panic_fmt'],
  ['_RNvMs_CsQqQqQqQqQqQ_7nd_rustNtB4_6Device5flush', '<nd_rust::Device>::flush'],
  [
    '_RNvXs_CsQqQqQqQqQqQ_7nd_rustNtB4_6DeviceNtCs0123456789A_6kernel10Operations4mmap',
    '<nd_rust::Device as kernel::Operations>::mmap',
  ],
  ['_RINvNtCsZyXwVuTsRqP_4core3ptr13drop_in_placeNtCsQqQqQqQqQqQ_7nd_rust6DeviceEB1_', 'core::ptr::drop_in_place'],
  ['_RNCNvCsQqQqQqQqQqQ_7nd_rust5probe0B2_', 'nd_rust::probe::{closure}'],
  ['_RNvYRShNtCsQqQqQqQqQqQ_7nd_rust5Flush3all', '<&[u8] as nd_rust::Flush>::all'],
  ['_RNvYTmbENtCsQqQqQqQqQqQ_7nd_rust5Flush3all', '<(u32, bool) as nd_rust::Flush>::all'],
  ['_RNvYFUKCPhEuNtCsQqQqQqQqQqQ_7nd_rust5Flush3all', '<fn(*const u8) as nd_rust::Flush>::all'],
  [
    '_RNvYDNtCsQqQqQqQqQqQ_7nd_rust3OpsEL_NtCsQqQqQqQqQqQ_7nd_rust5Flush3all',
    '<dyn nd_rust::Ops as nd_rust::Flush>::all',
  ],
  ['_RNvYAhj10_NtCsQqQqQqQqQqQ_7nd_rust5Flush3all', '<[u8; _] as nd_rust::Flush>::all'],
  ['_RNvNtCsQqQqQqQqQqQ_7nd_rust5probe4init.llvm.123', 'nd_rust::probe::init'],
  // A back reference to nowhere: the rest is read.
  ['_RNvXCsQqQqQqQqQqQ_3quxNtB2_3DevNtB4_3Ops4mmap', '<qux::Dev as _::Ops>::mmap'],
  ['_ZN4core9panicking5panic17h0123456789abcdefE', 'core::panicking::panic'],
  [
    '_ZN54_$LT$nd_rust..Device$u20$as$u20$kernel..Operations$GT$4mmap17h0123456789abcdefE',
    '<nd_rust::Device as kernel::Operations>::mmap',
  ],
])('%s is %s', (symbol, name) => {
  expect(demangleRust(symbol)).toBe(name);
});

test('what is no Rust, or cannot be read, stays, but for the hash of a crate', () => {
  expect(['pmem_submit_bio', '_ZN3foo3barEv', '_R', '_R2NvC3foo3bar', '_ZN99999fooE'].map(demangleRust)).toEqual([
    'pmem_submit_bio',
    '_ZN3foo3barEv',
    '_R',
    '_R2NvC3foo3bar',
    '_ZN99999fooE',
  ]);
  expect(demangleRust('_RNvCsQqQqQqQqQqQ_3qux')).toBe('_RNvC3qux');
});

test('another build of the crates has the same names', () => {
  const hash = fc.string({
    unit: fc.constantFrom('0', '7', 'a', 'f', 'Q', 'Z', 's', 'C'),
    minLength: 11,
    maxLength: 11,
  });
  fc.assert(
    fc.property(hash, hash, (one, other) => {
      const symbol = `_RNvXs_Cs${one}_7nd_rustNtB4_6DeviceNtCs${other}_6kernel10Operations4mmap`;
      expect(demangleRust(symbol)).toBe('<nd_rust::Device as kernel::Operations>::mmap');
    }),
  );
});

test('any name is read in bounded time', () => {
  const unit = fc.constantFrom(
    '_R',
    'N',
    'v',
    'C',
    's',
    '_',
    'B',
    '0_',
    '1_',
    'I',
    'E',
    'T',
    'X',
    'Y',
    'M',
    'R',
    'D',
    'F',
    'K',
    '3foo',
    '9',
    'u',
    'p',
    'L_',
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 60 }), (parts) => {
      expect(typeof demangleRust(`_R${parts.join('')}`)).toBe('string');
    }),
    { numRuns: 2000 },
  );
});
