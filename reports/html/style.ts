/** The page's looks: the system's fonts and colour scheme, wide tables scroll in their own box on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d9dee5, #333b45); --soft: light-dark(#f4f6f8, #1c2229); --faint: light-dark(#5b6672, #9aa6b2);
  --good: light-dark(#1a7f37, #4ac26b); --bad: light-dark(#c4232b, #ff7b72); --warn: light-dark(#8a5a00, #e3b341); --odd: light-dark(#8250df, #bc8cff); }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; background: light-dark(#fff, #12171c); color: light-dark(#1b2128, #dfe5ec); }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
p { margin: .3rem 0; } .faint { color: var(--faint); }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: .86em; overflow-wrap: anywhere; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; overflow: auto; max-height: 26rem; overflow-wrap: normal; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; }
th, td { padding: .3rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); } th { font-weight: 600; white-space: nowrap; }
td.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.heat td { border: 2px solid light-dark(#fff, #12171c); border-radius: 6px; padding: 0; white-space: nowrap; } .heat th { border: 0; font-weight: 500; }
.heat a { display: block; padding: .35rem .8rem; color: inherit; text-decoration: none; }
.chip { display: inline-block; border-radius: 1rem; padding: .1rem .75rem; margin: .15rem .3rem .15rem 0; font-weight: 600; }
.pass { --c: var(--good); } .fail, .crash, .hang { --c: var(--bad); } .flaky { --c: var(--warn); } .infra, .unreached { --c: var(--odd); } .skip, .excluded { --c: var(--faint); }
.chip, .heat td[class] { background: color-mix(in srgb, var(--c) 16%, transparent); color: var(--c); } .word { color: var(--c); font-weight: 600; white-space: nowrap; }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; content-visibility: auto; contain-intrinsic-size: auto 2.8rem; }
summary { cursor: pointer; padding: .5rem .8rem; display: flex; flex-wrap: wrap; gap: .2rem .9rem; } details > :not(summary) { margin: .5rem .8rem 1rem; }
.test { border-top: 1px solid var(--line); padding: .5rem 0; } .test:first-child { border: 0; } .test .name { font-weight: 600; overflow-wrap: anywhere; }
`;
