import { BASE_STYLE } from './base-style.ts';
import { css } from './css.ts';

/** The parts of a run's report. */
const REPORT_STYLE = css`
.brand {
  display: flex;
  flex-wrap: wrap;
  gap: .1rem .7rem;
  align-items: center;
  color: var(--faint);
  margin: 0;
  position: relative;
  padding-right: 6rem;
  min-height: 2rem;
}
.brand b { color: var(--fg); }
.theme { display: none; position: absolute; right: 0; top: 0; color: var(--faint); border-color: transparent; }
.live .theme { display: block; }
.theme:hover { border-color: var(--line); }

h1 .word { font-weight: 700; margin-right: .15em; }
h1 { margin-bottom: .2rem; }
.culprits { margin: 0 0 .7rem; }
.culprits code { font-size: .95em; font-weight: 600; }
.warning { border-left: 3px solid var(--c); padding-left: .7rem; }
.warning .word { font-weight: 500; }
.about { margin-top: .4rem; color: var(--faint); }
.about pre { color: var(--fg); }

.finds { list-style: none; padding: 0; }
.finds > li { padding: .5rem 0 .5rem .8rem; border-left: 3px solid var(--c); margin: .55rem 0; }
.finds code { font-weight: 600; font-size: .93em; }

.line { display: flex; flex-wrap: wrap; gap: 0 .7rem; align-items: baseline; margin: 0; }
.line a { overflow-wrap: anywhere; }
.why { overflow-wrap: anywhere; }

.places { list-style: none; padding: 0; margin: .15rem 0; }
.places li { display: flex; flex-wrap: wrap; gap: 0 .7rem; align-items: center; overflow-wrap: anywhere; }

.sections { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin: .7rem 0 0; }
.verdict > summary { font-size: 1.02em; padding: .25rem 0; }
.new {
  color: light-dark(#fff, #14171a);
  background: var(--bad);
  border-radius: 3px;
  padding: 0 .32em;
  font-size: .8em;
  font-weight: 650;
  white-space: nowrap;
}

.scroll { overflow-x: auto; }
.legend { margin-bottom: .6rem; }
.heat { border-collapse: separate; border-spacing: 3px; margin-left: -3px; }
.heat th, .heat td { border: 0; padding: 0; }
.heat thead th {
  font-weight: 600;
  padding: 0 .2rem .15rem .1rem;
  vertical-align: bottom;
  line-height: 1.3;
  overflow-wrap: anywhere;
}
.heat thead .faint { font-weight: 400; font-size: .85em; }

.heat .suite { font-weight: 600; padding: .55rem 0 .1rem; }
.heat .suite span { position: sticky; left: 0; }
.heat th[scope=row] {
  font-weight: 400;
  padding: .2rem .8rem .2rem 0;
  vertical-align: middle;
  position: sticky;
  left: 0;
  background: var(--bg);
  z-index: 1;
}
.heat th[scope=row] span + span { color: var(--faint); }

.heat td a {
  display: block;
  min-width: 6.2rem;
  padding: .22rem .5rem 0;
  color: var(--c);
  text-decoration: none;
  background: color-mix(in srgb, var(--c) 12%, var(--bg));
  border-radius: 4px;
  overflow: hidden;
  font-weight: 600;
  font-variant-numeric: tabular-nums;
}
.heat td a:hover { outline: 2px solid var(--c); }

.heat .pass a { font-weight: 500; background: color-mix(in srgb, var(--c) 9%, var(--bg)); }
.heat :is(.fail, .crash, .hang) a { background: light-dark(#b3212b, #a8262e); color: #fff; }
.heat :is(.fail, .crash, .hang) .new { background: #fff; color: #9b1c25; }

.heat :is(.infra, .unreached) a {
  background: repeating-linear-gradient(135deg, color-mix(in srgb, var(--c) 8%, var(--bg)) 0 6px,
    color-mix(in srgb, var(--c) 15%, var(--bg)) 6px 12px);
}
.heat .none { color: var(--faint); font-size: .85em; text-align: center; vertical-align: middle; }

.count { display: block; }
.shares { display: block; width: calc(100% + 1rem); height: 4px; margin: .22rem -.5rem 0; }
.shares rect { fill: var(--c); }
:is(.fail, .crash, .hang) > a .shares rect:is(.fail, .crash, .hang) { fill: light-dark(#ff9d97, #ff8a85); }
:is(.fail, .crash, .hang) > a .shares { background: var(--bg); border-top: 1px solid var(--bg); height: 5px; }

.filter {
  display: none;
  flex-wrap: wrap;
  gap: .4rem;
  align-items: center;
  position: sticky;
  top: 0;
  background: var(--bg);
  padding: .5rem 0;
  z-index: 2;
}
.live .filter { display: flex; }
.filter [type=search] { flex: 1 1 18rem; min-width: 0; }
.filter output { font-variant-numeric: tabular-nums; }
.filter [type=reset] { visibility: hidden; }
.filtering .filter [type=reset] { visibility: visible; }

.cell, .problem, .gap { border-top: 1px solid var(--line); }
.cell > summary, .problem > summary, .gap > summary {
  padding: .35rem 0;
  display: flex;
  flex-wrap: wrap;
  gap: 0 .8rem;
  align-items: baseline;
}
.cell > summary::before, .problem > summary::before, .gap > summary::before {
  content: "▸";
  color: var(--faint);
  width: .6em;
}
.cell[open] > summary::before, .problem[open] > summary::before, .gap[open] > summary::before { content: "▾"; }

.cell { content-visibility: auto; contain-intrinsic-size: auto 2.2rem; }
.cell > div, .problem > div, .gap > div { margin: 0 0 1rem 1.4rem; }
.id { font-size: .93em; font-weight: 600; }

.t {
  padding: .28rem 0;
  border-top: 1px solid color-mix(in srgb, var(--line) 55%, transparent);
  content-visibility: auto;
  contain-intrinsic-size: auto 1.9rem;
}
.t > .line { gap: 0 .6rem; }
.t .word { min-width: 4.6em; }
.t .name { font-weight: 600; }
.t.pass .name { font-weight: 400; }
.t > :not(.line) { margin-left: 0; }
.t:target, .t:focus { background: color-mix(in srgb, var(--link) 8%, transparent); }

.strip { flex: none; align-self: center; }
.strip path { stroke: var(--c); stroke-dasharray: 3 1; fill: none; }
.strip .turn { stroke: var(--faint); stroke-width: 1; stroke-dasharray: none; }

.plots {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr));
  gap: 1.4rem 2.4rem;
  align-items: start;
  margin-top: .8rem;
}
.dots { width: 100%; }
.dots caption { text-align: left; padding-bottom: .2rem; }
.dots caption code { font-weight: 600; }
.dots th { font-weight: 400; font-size: .93em; white-space: nowrap; }
.dots :is(th, td) { border: 0; padding: .1rem .6rem .1rem 0; vertical-align: middle; }
.dots .plot { width: 45%; }
.dots svg { display: block; width: 100%; height: 14px; }

.dots path { fill: none; vector-effect: non-scaling-stroke; }
.dots .axis { stroke: var(--line); stroke-width: 1; }
.dots .interval { stroke: color-mix(in srgb, var(--link) 35%, var(--bg)); stroke-width: 8; }
.dots .dot { stroke: var(--link); stroke-width: 5; stroke-linecap: round; opacity: .75; }
.dots .median { stroke: var(--fg); stroke-width: 2; }

.files a { margin-right: .6em; }
.rest > summary, .more > summary { color: var(--faint); font-size: .93em; }
.more { font-size: .95em; }
.more[open] { flex-basis: 100%; }

@media (max-width: 40rem) {
  body { padding: .8rem .9rem 4rem; }
  h1 { font-size: 1.35rem; }
  .heat td a { min-width: 4.6rem; padding-inline: .4rem; }
  .shares { width: calc(100% + .8rem); margin-inline: -.4rem; }
  .heat th[scope=row] span { display: block; line-height: 1.25; }
  .cell > div, .problem > div, .gap > div { margin-left: 0; }
  .dots tr { display: grid; grid-template-columns: 1fr auto auto auto; align-items: center; }
  .dots th { white-space: normal; grid-column: 1 / -1; padding-top: .35rem; }
  .dots .plot { width: auto; }
  .filter select { flex: 1 1 7rem; min-width: 0; }
  pre { font-size: .78em; padding-left: .6rem; }
  .filter [type=reset] { display: none; }
  .filtering .filter [type=reset] { display: block; }
}

@media print {
  :root { color-scheme: light; }
  body { max-width: none; font-size: 9.5pt; padding: 0; }
  .live .filter, .live .theme, .skip-link, .sections { display: none; }
  .cell, .t { content-visibility: visible; }
  .scroll { overflow: visible; }
  a { color: inherit; text-decoration: none; }
  .finds > li, .t, tr, .heat td { break-inside: avoid; }
  h2 { break-after: avoid; }
  .heat td a, .chip, .shares, .new { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .more { display: none; }
}
`;

export const STYLE = BASE_STYLE + REPORT_STYLE;
