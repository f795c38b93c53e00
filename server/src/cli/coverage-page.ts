/** Style of the coverage report: system fonts, both colour schemes, readable on a phone and on paper. */
export const COVERAGE_STYLE = `
:root{color-scheme:light dark;--ground:#f7f8fa;--card:#fff;--ink:#1c2330;--soft:#586174;--line:#dde1e8;--good:#1a7f4b;--rest:#e3a08f;--bad:#b3391f;--accent:#2456c4;--tag:#e9edf5}
@media (prefers-color-scheme:dark){:root{--ground:#12161d;--card:#1a202a;--ink:#e7ebf2;--soft:#a3adbf;--line:#2d3543;--good:#4cc38a;--rest:#6b4037;--bad:#ff8f73;--accent:#8ab4ff;--tag:#273040}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem 1.25rem 4rem;max-width:72rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
h1{margin:0;font-size:1rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft)}
h2{margin:3rem 0 1rem;font-size:1.25rem}
h3{margin:0;font-size:.95rem;font-weight:600;color:var(--soft)}
.figure{margin:.25rem 0 1rem;font-size:1.15rem;color:var(--soft)}
.figure strong{display:block;font-size:3.5rem;line-height:1.1;color:var(--ink);font-variant-numeric:tabular-nums}
.figure.good strong{color:var(--good)}.figure.bad strong{color:var(--bad)}
.bar{height:.65rem;border-radius:1rem;background:var(--rest);overflow:hidden}
.bar span{display:block;height:100%;background:var(--good)}
.kinds{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr))}
article{padding:1rem 1.15rem;border:1px solid var(--line);border-radius:.75rem;background:var(--card)}
article p{margin:.15rem 0 .6rem;color:var(--soft)}
article strong{margin-right:.35rem;font-size:1.6rem;color:var(--ink);font-variant-numeric:tabular-nums}
.small,footer{font-size:.875rem;color:var(--soft)}
article .small{margin:.6rem 0 0}
.count{margin-left:.35rem;padding:.1rem .6rem;border-radius:1rem;background:var(--tag);font-size:.9rem;font-weight:600;color:var(--soft)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.75rem;background:var(--card)}
table{width:100%;border-collapse:collapse;font-size:.925rem}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody th{min-width:12rem}
th,td{padding:.55rem .9rem;border-top:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400}
thead th{border-top:0;font-weight:600;color:var(--soft);white-space:nowrap}
th button{all:unset;cursor:pointer}
th button::after{content:"↕";margin-left:.35rem;opacity:.45}
th[aria-sort=ascending] button::after{content:"↑";opacity:1}
th[aria-sort=descending] button::after{content:"↓";opacity:1}
th button:focus-visible,a:focus-visible,summary:focus-visible,pre:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:.2rem}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.wide{min-width:9rem;vertical-align:middle}
.tag{padding:.1rem .5rem;border-radius:.35rem;background:var(--tag);font-size:.825rem;white-space:nowrap}
td a{overflow-wrap:anywhere}
td:has(>a){min-width:11rem}
td:has(>details[open]){min-width:26rem}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
summary{cursor:pointer;color:var(--accent);white-space:nowrap}
details[open] summary{margin-bottom:.5rem}
pre{width:0;min-width:100%;margin:0;padding:.7rem .9rem;overflow-x:auto;border-radius:.5rem;background:var(--ground);line-height:1.45}
pre code{overflow-wrap:normal}
.line{color:var(--soft);user-select:none}
footer{margin-top:3rem}
@media print{body{background:#fff;max-width:none}details{display:none}.bar{print-color-adjust:exact}}
`.trim();

/** Sorting by the heads of columns; without scripts the tables stand as they are. */
export const COVERAGE_SCRIPT = `
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = head.querySelector('button');
    if (!button) return;
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
      const body = table.tBodies[0];
      const rows = [...body.rows].sort((a, b) => key(a).localeCompare(key(b), 'en', { numeric: true }) * (up ? 1 : -1));
      body.append(...rows);
    });
  });
}
`.trim();
