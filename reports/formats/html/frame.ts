import { html, type Markup } from './markup.ts';
import { pageScript } from './page-script.ts';
import { STYLE } from './style.ts';

/** What a server puts around the page, whose policy is then the server's to send. */
export interface ServerFrame {
  /** For the page's head. */
  readonly head: Markup;
  /** Above its content, below the link that skips it. */
  readonly top: Markup;
}

/** Up to the body's beginning. */
export function openPage(title: string, frame?: ServerFrame): Markup {
  const { code, source } = pageScript();
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${frame === undefined ? html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src ${{ markup: source }}">` : undefined}<title>${title}</title>
<style>${{ markup: STYLE }}</style><script>${{ markup: code }}</script>${frame?.head}</head><body>
`;
}
