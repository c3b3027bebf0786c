import { expect, test } from 'vitest';
import { html } from './markup.ts';

test('a value is escaped unless it is markup, and undefined and false give nothing', () => {
  expect(html`<p>${'<b>'}${html`<i>${1}</i>`}${undefined}${false}${[html`a`, html`b`]}</p>`.markup).toBe(
    '<p>&lt;b&gt;<i>1</i>ab</p>',
  );
});

function renderItem(name: string): string {
  return html`
    <li>
      <b>${name}</b>
    </li>
`.markup;
}

test('a line break before an indented line is layout of the source; one before another line stays', () => {
  expect(['a', 'b'].map(renderItem)).toEqual(['<li><b>a</b></li>\n', '<li><b>b</b></li>\n']);
});

test("a value's own line breaks and indentation stay", () => {
  expect(html`<pre>${'a\n    b'}</pre>`.markup).toBe('<pre>a\n    b</pre>');
});
