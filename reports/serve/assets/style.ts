import { css } from '../../formats/html/css.ts';

/** What the pages of `serve` have beside the report's own looks. */
export const SERVE_STYLE = css`
h1.mono { font-size: 1.3rem; }
.site {
  display: flex;
  flex-wrap: wrap;
  gap: .4rem 1.1rem;
  align-items: center;
  margin-bottom: 1rem;
  padding-bottom: .6rem;
  border-bottom: 1px solid var(--line);
}
.site .theme { position: static; margin: 0; color: var(--faint); border-color: transparent; }
.site .theme:hover { border-color: var(--line); }
.site .home { font-weight: 700; color: inherit; text-decoration: none; }
.site [aria-current] { font-weight: 600; color: inherit; text-decoration: none; }
.site form { display: flex; gap: .3rem; margin-left: auto; flex: 0 1 20rem; }
.site input { flex: 1 1 8rem; min-width: 0; }

.runs td, .lines td { white-space: nowrap; }
.runs td.wide, .lines td.wide { white-space: normal; min-width: 12rem; }
.runs .chip, .lines .chip { display: inline-block; margin: 0 .2rem .1rem 0; padding: 0 .4rem; }

.mark {
  display: inline-block;
  border: 1px solid var(--line);
  border-radius: 3px;
  padding: 0 .35rem;
  font-size: .85em;
  margin-right: .25rem;
  white-space: nowrap;
}
.mark.running { border-color: var(--link); color: var(--link); font-weight: 600; }

.choice label { display: block; }
.choice input { min-height: 0; margin: .1rem .5rem; vertical-align: middle; }
.choice label > span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.tools label { max-width: 100%; }

.alarm { color: var(--bad); font-weight: 600; }
.tools { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; margin: .5rem 0; }

.over-runs { display: flex; flex-wrap: wrap; gap: 2px; list-style: none; padding: 0; margin: .4rem 0; }
.over-runs a { display: block; width: 8px; height: 20px; border-radius: 2px; background: var(--c); }
.over-runs .pass a { opacity: .55; }
.over-runs :is(.skip, .excluded, .unreached) a { opacity: .35; }
.over-runs :is(.fail, .crash, .hang) a { height: 20px; }
.over-runs .pass a, .over-runs :is(.skip, .excluded) a { height: 12px; margin-top: 8px; }
.over-runs .kernel { border-left: 2px solid var(--fg); padding-left: 2px; }

.trend { display: block; width: 100%; height: auto; }
.trend text { font: 11px system-ui, sans-serif; fill: var(--faint); }
.trend .axis { stroke: var(--line); }
.trend .release { stroke: var(--faint); stroke-dasharray: 2 3; }
.trend .median { stroke: var(--faint); }
.trend .line { fill: none; stroke: var(--link); stroke-width: 1.5; opacity: .6; }
.trend circle { fill: var(--link); }
.trend circle.newest { stroke: var(--fg); stroke-width: 1.5; }

.spark { display: inline-block; vertical-align: middle; width: 8rem; height: 1.6rem; }
.spark .line { fill: none; stroke: var(--link); stroke-width: 1.5; }

.live-panel { border: 1px solid var(--link); border-radius: 6px; padding: .6rem .9rem; margin: 0 0 1.2rem; }
.live-panel progress { width: 100%; height: .8rem; accent-color: var(--link); }
.live-panel ul { list-style: none; padding: 0; }

@media (max-width: 40rem) {
  .site form { margin-left: 0; flex: 1 1 100%; }
  .over-runs a { width: 6px; }

  :is(.runs, .stack) thead { display: none; }
  :is(.runs, .stack), :is(.runs, .stack) tbody { display: block; }
  :is(.runs, .stack) tr {
    display: flex;
    flex-wrap: wrap;
    gap: .1rem .8rem;
    padding: .5rem 0;
    border-bottom: 1px solid var(--line);
  }
  :is(.runs, .stack) td { border: 0; padding: 0; white-space: normal; }
  :is(.runs, .stack) td:is(.wide, .whole) { flex: 1 1 100%; min-width: 0; }
  .stack td.wide:empty { display: none; }
  .stack [data-label]::before { content: attr(data-label) " "; color: var(--faint); }

  .trend .tick {
    font-size: 26px;
    text-anchor: start;
    transform: translate(-64px, -5px);
    paint-order: stroke;
    stroke: var(--bg);
    stroke-width: 5px;
  }
  .trend .name { display: none; }
  .trend .line { stroke-width: 3; }
  .trend circle { r: 6px; }

  .choice label > span { position: static; width: auto; height: auto; clip-path: none; }
  .choice input { margin-left: 0; }
}
`;
