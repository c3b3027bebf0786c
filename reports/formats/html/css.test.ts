import { expect, test } from 'vitest';
import { css } from './css.ts';

test('rules of a group share a line, and an empty line begins the next group', () => {
  expect(css`
a { color: red; }
b {
  color: blue;
  margin: 0;
}

@media print {
  a { color: black; }

  b { display: none; }
}
`).toBe(
    '\na { color: red; } b { color: blue; margin: 0; }\n@media print { a { color: black; }\n  b { display: none; } }\n',
  );
});
