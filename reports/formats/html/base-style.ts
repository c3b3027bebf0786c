import { css } from './css.ts';

/** What all pages share: the system's fonts, both colour schemes, and tables, folds and code that fit a phone. */
export const BASE_STYLE = css`
:root {
  color-scheme: light dark;
  --bg: light-dark(#fcfcfb, #14171a);
  --fg: light-dark(#1c2126, #dde2e7);
  --line: light-dark(#e0e3e7, #2c3238);
  --soft: light-dark(#f3f4f5, #1b1f24);
  --faint: light-dark(#58616b, #9aa4ae);
  --link: light-dark(#0b5cad, #7db7f5);

  --good: light-dark(#17683a, #5cc783);
  --bad: light-dark(#b3212b, #ff8a85);
  --warn: light-dark(#855500, #e2b454);
  --odd: light-dark(#6a3fc0, #ba9ff8);
}

:root[data-theme=light] { color-scheme: light; }
:root[data-theme=dark] { color-scheme: dark; }

* { box-sizing: border-box; }

html { scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }

body {
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  max-width: 74rem;
  margin: 0 auto;
  padding: 1.1rem 1.25rem 5rem;
  background: var(--bg);
  color: var(--fg);
  overflow-wrap: break-word;
}

h1 { font-size: 1.65rem; line-height: 1.25; font-weight: 650; letter-spacing: -.012em; margin: .5rem 0 .6rem; }
h2 {
  font-size: 1.02rem;
  font-weight: 650;
  margin: 2.4rem 0 .5rem;
  padding-top: .55rem;
  border-top: 1px solid var(--line);
}

p, ul, ol { margin: .25rem 0; }
.faint, .files, summary.faint { color: var(--faint); }
a { color: var(--link); text-underline-offset: .18em; text-decoration-thickness: 1px; }

:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
[hidden] { display: none !important; }

code, pre, .mono, .files, .id {
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: .87em;
  overflow-wrap: anywhere;
}

pre {
  white-space: pre-wrap;
  line-height: 1.42;
  margin: .4rem 0;
  padding: .1rem 0 .1rem .8rem;
  border-left: 2px solid var(--line);
}

table { border-collapse: collapse; }
th, td { padding: .22rem .9rem .22rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
td { overflow-wrap: anywhere; }

td.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.short { white-space: nowrap; }

.pass { --c: var(--good); }
.fail, .crash, .hang { --c: var(--bad); }
.flaky { --c: var(--warn); }
.infra, .unreached { --c: var(--odd); }
.skip, .excluded { --c: var(--faint); }

.word { color: var(--c); font-weight: 600; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

summary { cursor: pointer; }

button, input, select {
  font: inherit;
  color: inherit;
  background: var(--bg);
  border: 1px solid light-dark(#8b949e, #5f6973);
  border-radius: 5px;
  padding: .25rem .55rem;
  min-height: 2rem;
  max-width: 100%;
}
button { cursor: pointer; }

.skip-link { position: absolute; left: -99rem; }
.skip-link:focus { left: 1rem; top: .5rem; background: var(--bg); padding: .4rem .8rem; z-index: 3; }

.chips { display: flex; flex-wrap: wrap; gap: .35rem; margin: .5rem 0; }
.chip {
  border-radius: 4px;
  padding: .12rem .55rem;
  font-weight: 600;
  text-decoration: none;
  color: var(--c);
  background: color-mix(in srgb, var(--c) 11%, var(--bg));
  font-variant-numeric: tabular-nums;
}
.chip:hover { text-decoration: underline; }
`;
