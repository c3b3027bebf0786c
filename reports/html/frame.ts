import { html, type Markup } from './markup.ts';
import { pageScript } from './page-script.ts';
import { STYLE } from './style.ts';

/** Up to the body's beginning. */
export function openPage(title: string): Markup {
  const { code, source } = pageScript();
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src ${{ markup: source }}"><title>${title}</title>
<style>${{ markup: STYLE }}</style><script>${{ markup: code }}</script></head><body>
`;
}
