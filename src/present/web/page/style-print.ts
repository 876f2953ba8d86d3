/** On paper: dark on white whatever the screen has, unfolded, and nothing that can only be clicked. */
export const PRINT_STYLE = `
@page { margin: 15mm; }
@media print {
  :root { color-scheme: only light; font-size: 10pt; }
  body { max-width: none; padding: 0; background: none; }
  .skip, header .aged, header a, footer nav, #report, .report { display: none; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  summary { list-style: none; }
  .summary, pre, code { background: none; }
  pre { border: 1px solid var(--line); }
  .verdict::before, .bar { print-color-adjust: exact; }
  a { color: inherit; text-decoration: none; }
  .card, .incident, .risk, tr, li, pre { break-inside: avoid; }
  .incident, .card:has(table) { break-inside: auto; }
  h2, h3, h4, caption { break-after: avoid; }
  th, td { padding-right: .625rem; }
  .source, .iso, .free, .ago { white-space: normal; }
}
`;
