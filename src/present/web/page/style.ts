import { PRINT_STYLE } from './style-print.ts';

/** The style of the pages: system fonts, quiet colours, light or dark as the reader's system is. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f5f2; --paper: #ffffff; --line: #e2dfd8; --ink: #22262b; --dim: #656c75; --link: #2a5d9c;
  --well: #1b7a4a; --unsure: #8f5b00; --wrong: #b3261e;
  --well-tint: #e8f4ed; --unsure-tint: #fbf2df; --wrong-tint: #fcebe9;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #15181b; --paper: #1c2024; --line: #31373d; --ink: #dde1e5; --dim: #98a1aa; --link: #8ab8ee;
    --well: #63c690; --unsure: #e3b04b; --wrong: #ff8f85;
    --well-tint: #1a2a22; --unsure-tint: #2c2618; --wrong-tint: #33201f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 0 1.25rem 3rem; max-width: 66rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: break-word;
}
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; padding: 1.25rem 0 1rem; }
header p { margin: 0 0 0 auto; color: var(--dim); display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
header .aged { position: fixed; z-index: 1; left: 0; right: 0; bottom: 0; justify-content: center; padding: .75rem 1.25rem; background: var(--unsure-tint); color: var(--unsure); border-top: 1px solid; visibility: hidden; animation: appear 1ms 60s forwards; }
@keyframes appear { to { visibility: visible; } }
h1 { font-size: 1.125rem; font-weight: 650; margin: 0; letter-spacing: .01em; }
h2 { font-size: 1rem; font-weight: 600; margin: 2.25rem 0 .75rem; color: var(--dim); }
h3 { font-size: 1.0625rem; font-weight: 600; margin: 0 0 .5rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
h4 { font-size: .8125rem; font-weight: 600; margin: 1rem 0 .25rem; color: var(--dim); }
p { margin: .25rem 0; }
a { color: var(--link); }
code, pre, .mono { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .875em; }
pre { white-space: pre-wrap; background: var(--ground); border-radius: .375rem; padding: .625rem .75rem; }
time { font-variant-numeric: tabular-nums; }
.dim, .iso { color: var(--dim); }
.iso { font-size: .8125rem; white-space: nowrap; }
.ago { white-space: nowrap; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem 1rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }

.summary { border-radius: .75rem; padding: 1.25rem 1.5rem; border-left: .375rem solid; }
.summary h2 { font-size: 1.75rem; font-weight: 650; line-height: 1.2; margin: 0 0 .25rem; color: inherit; }
.summary .told { font-size: 1.375rem; line-height: 1.3; margin-bottom: .5rem; }
.summary p, .summary li { color: var(--ink); }
.summary.well { background: var(--well-tint); color: var(--well); border-color: var(--well); }
.summary.unsure { background: var(--unsure-tint); color: var(--unsure); border-color: var(--unsure); }
.summary.wrong { background: var(--wrong-tint); color: var(--wrong); border-color: var(--wrong); }
.summary ul { list-style: none; margin: .75rem 0 0; padding: 0; }
.summary li { padding: .1875rem 0; display: flex; gap: .75rem; }
.mark { flex: none; width: 3.5rem; font-size: .8125rem; font-weight: 600; line-height: 1.5rem; }
li.wrong .mark { color: var(--wrong); } li.unsure .mark { color: var(--unsure); }

.card, .incident, section > table, section > dl, .events {
  background: var(--paper); border: 1px solid var(--line); border-radius: .625rem;
}
.card, .incident { padding: 1rem 1.25rem; margin: 0 0 .75rem; }
.incident { border-left: .25rem solid; }
.incident.wrong { border-left-color: var(--wrong); } .incident.unsure { border-left-color: var(--unsure); }
article:target { outline: 2px solid var(--link); outline-offset: 2px; }
.incident dl { grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); margin: .5rem 0 .25rem; }
.confidence { color: var(--dim); }
.steps, .symptoms { margin: 0; padding-left: 1.375rem; }
.steps li { padding: .1875rem 0; }
code { background: var(--ground); border-radius: .25rem; padding: .0625rem .25rem; overflow-wrap: anywhere; }
.evidence { list-style: none; margin: 0; padding: 0; }
.evidence li { display: grid; grid-template-columns: 6.25rem minmax(0, 1fr); gap: .125rem .5rem; padding: .25rem 0; }
.evidence time { color: var(--dim); }
.evidence .untimed { display: block; }
.source { color: var(--dim); font-size: .8125rem; white-space: nowrap; }
.card.evidence { padding: .5rem 1.25rem; }
.card > h3 { margin: 1rem 0 .25rem; } .card > h3:first-child { margin-top: 0; }
.url { overflow-wrap: anywhere; }
textarea { display: block; width: 100%; margin: .5rem 0 0; padding: .625rem .75rem; resize: vertical; border: 1px solid var(--line); border-radius: .375rem; background: var(--ground); color: var(--ink); font: .8125rem/1.5 ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
summary { cursor: pointer; padding: .375rem 0; }
.incident summary { color: var(--link); }
.risk { background: var(--paper); border: 1px solid var(--line); border-radius: .625rem; padding: .25rem 1.25rem; margin: 0 0 .5rem; }
.risk[open] { padding-bottom: .875rem; }
.risk summary .name { display: inline; }
.events .name { min-width: 0; }
pre .line { display: inline-block; width: 100%; padding-left: 1.25em; text-indent: -1.25em; }
section > dl { padding: 1rem 1.25rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .625rem 1.5rem; margin: .5rem 0 1rem; }
.card dl { margin: 0; padding-top: .875rem; border-top: 1px solid var(--line); }
dt { font-size: .8125rem; color: var(--dim); }
dd { margin: 0; }

.mono + .verdict { margin-left: .375rem; }
.verdict { white-space: nowrap; font-weight: 550; }
.verdict::before { content: ""; display: inline-block; width: .5625rem; height: .5625rem; margin-right: .4375rem; background: currentColor; }
.verdict.well { color: var(--well); } .verdict.well::before { border-radius: 50%; }
.verdict.unsure { color: var(--unsure); } .verdict.unsure::before { clip-path: polygon(50% 0, 100% 100%, 0 100%); }
.verdict.wrong { color: var(--wrong); }
.verdict.quiet { color: var(--dim); font-weight: 400; } .verdict.quiet::before { background: none; border: 1px solid; border-radius: 50%; }

table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
section > table { border-collapse: separate; border-spacing: 0; }
caption { text-align: left; font-size: .8125rem; color: var(--dim); padding: 0 0 .375rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1.25rem .5rem 0; border-top: 1px solid var(--line); font-weight: 400; }
section > table th:first-child { padding-left: 1.25rem; }
thead th { font-size: .8125rem; color: var(--dim); border-top: 0; }
.numeric { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.name { font-weight: 550; }
.name, .mono, .why, dd, pre, h3, .summary li, .events li, .evidence li, .steps, .symptoms, .risk { overflow-wrap: anywhere; }
.name { display: inline-block; min-width: 6rem; }
.why { display: block; color: var(--dim); font-size: .875rem; }
td .iso { display: block; white-space: normal; }
.bar { display: block; width: 9rem; height: .5rem; border-radius: .25rem; margin: .5rem 0 .1875rem; }
.bar .track { fill: var(--line); } .bar .used { fill: currentColor; }
.bar.well { color: var(--well); } .bar.unsure { color: var(--unsure); } .bar.wrong { color: var(--wrong); }
.free { font-size: .8125rem; color: var(--dim); white-space: nowrap; }

.events { list-style: none; margin: 0; padding: .5rem 1.25rem; }
.events li { display: grid; grid-template-columns: 16.5rem 1fr; gap: .125rem 1rem; padding: .375rem 0; }
.events li + li { border-top: 1px solid var(--line); }
.events time { color: var(--dim); }
footer { margin-top: 2.5rem; color: var(--dim); font-size: .875rem; }
footer nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }

@media screen and (max-width: 50rem) {
  body { padding: 0 .875rem 2rem; }
  .summary { padding: 1rem 1.125rem; }
  .summary h2 { font-size: 1.5rem; }
  thead { position: absolute; left: -999rem; }
  table, tbody, tr, th, td { display: block; }
  caption { display: block; }
  tr { border-top: 1px solid var(--line); padding: .625rem 0; }
  section > table { padding: 0 1rem; }
  section > table caption { padding-top: .75rem; }
  th, td { border: 0; padding: .125rem 0; }
  section > table th:first-child { padding-left: 0; }
  td { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: .5rem; }
  .verdict { white-space: normal; display: inline-block; }
  td::before { content: attr(data-column); color: var(--dim); font-size: .8125rem; line-height: 1.5rem; }
  td.numeric { text-align: left; }
  dl, .incident dl { grid-template-columns: minmax(0, 1fr); gap: .25rem; }
  dl div { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: .5rem; }
  dt { line-height: 1.5rem; }
  td .iso { display: inline; }
  .events li { grid-template-columns: 1fr; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
${PRINT_STYLE}`;
