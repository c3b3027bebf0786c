import { expect, test } from 'vitest';
import { fakeBzImage } from '../../kernels/testing/fake-bzimage.ts';
import { BZ_IMAGE } from './bz-image.ts';

test('the payload lies behind the setup sectors', () => {
  expect(BZ_IMAGE.locatePayload(fakeBzImage('6.1 x').subarray(0, 0x600))).toStrictEqual({
    start: 4 * 512 + 0x10,
    length: 5,
  });
});

test('a head that is cut short has neither version nor payload', () => {
  const head = fakeBzImage('6.1 x').subarray(0, 0x20f);
  expect([BZ_IMAGE.versionOf(head), BZ_IMAGE.locatePayload(head)]).toEqual([undefined, undefined]);
});
