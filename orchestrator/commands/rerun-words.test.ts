import { expect, test } from 'vitest';
import { rerunWords } from './rerun-words.ts';

test.each([
  ['once --kernel x -- ./a.sh --filter y', 'pmemrig once --kernel x {filter} -- ./a.sh --filter y'],
  ['once --filter */fio --test=dax-* --kernel x', 'pmemrig once --kernel x {filter}'],
  ['once --filter=*/fio --test fio/a --group dax', 'pmemrig once --group dax {filter}'],
  ['once --watch --kernel x', 'pmemrig once --kernel x {filter}'],
  // Without it there would be no xfstests at all.
  ['once --test generic/413 --test=ext4/031', 'pmemrig once --test generic/413 --test=ext4/031 {filter}'],
])('%s → %s', (words, expected) => expect(rerunWords(words.split(' '))).toBe(expected));
