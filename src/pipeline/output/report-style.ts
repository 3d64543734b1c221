/** The look of a report, on screens and on paper. */
export const REPORT_STYLE = `
:root { color: #17212b; background: #fff; font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
body { margin: 0; }
main { max-width: 960px; margin: 0 auto; padding: 32px 24px 48px; }
main + main { border-top: 1px solid #dcdfdc; break-before: page; }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 28px 0 6px; }
header p, small { color: #51606d; }
.pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin: 16px 0; }
figure { margin: 0; break-inside: avoid; }
img { width: 100%; display: block; border-radius: 4px; background: #dde2e0; }
figcaption { font-size: 12.5px; color: #51606d; margin-top: 4px; }
.shares { width: 100%; height: 14px; border-radius: 4px; display: block; }
.legend { list-style: none; margin: 8px 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 16px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; forced-color-adjust: none; }
.honest { border-left: 3px solid #cc5096; padding-left: 10px; }
.plot { width: 100%; max-width: 560px; font-size: 11px; fill: #51606d; }
.plot .before { fill: #b9c3c1; }
.plot .after { fill: #0f6b66; }
.plot line { stroke: #8b979f; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 8px; border-bottom: 1px solid #e8eae8; font-weight: 400; vertical-align: top; }
th:first-child, td:first-child, td.state, .hashes td, .hashes th { text-align: left; }
thead th { color: #51606d; font-size: 12.5px; }
tbody th { font-weight: 600; }
tr { break-inside: avoid; }
.after td { font-weight: 600; }
code { font-size: 11px; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; }
dt { color: #51606d; }
dd { margin: 0; }
dd small { display: block; }
@media (max-width: 640px) {
  main { padding: 20px 14px; }
  .pictures { grid-template-columns: 1fr; }
  .scrolled { overflow-x: auto; }
}
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { padding: 0; max-width: none; }
  h2 { break-after: avoid; }
}
@page { margin: 16mm; }
`;
