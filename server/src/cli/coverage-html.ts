import { COVERAGE_SCRIPT, COVERAGE_STYLE } from './coverage-page.ts';
import type { Coverage, CriticalPath, Share } from './critical-paths.ts';

/** Keeps a number and its unit on one line. */
const NBSP = '\u00a0';

const KIND_NAMES: Readonly<Record<CriticalPath['kind'], string>> = {
  http: 'HTTP requests',
  graphql: 'GraphQL resolvers',
  rpc: 'RPC procedures',
  lambda: 'Lambda functions',
  consumer: 'Queue consumers',
  schedule: 'Scheduled jobs',
  cli: 'Commands',
};

/** One HTML file without other assets: shares per kind and file, and the code of every path that has no span. */
export function coverageHtml(coverage: Coverage, min: number | undefined): string {
  const { total, byKind, byFile, paths, probes } = coverage;
  const missing = paths.filter((p) => !p.span);
  const files = Object.entries(byFile).sort(([, a], [, b]) => b.paths - b.withSpan - (a.paths - a.withSpan));
  const state = min === undefined ? '' : total.percent >= min ? ' good' : ' bad';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Trace coverage: ${total.percent}${NBSP}%</title>
<style>${COVERAGE_STYLE}</style>
</head>
<body>
<header>
<h1>Trace coverage</h1>
<p class="figure${state}"><strong>${total.percent}${NBSP}%</strong> of ${total.paths} critical paths have a span${min === undefined ? '' : `; ${min}${NBSP}% are asked for`}</p>
${bar(total, 'All critical paths')}
</header>
<main>
<section aria-labelledby="kinds">
<h2 id="kinds">By kind</h2>
<div class="kinds">
${Object.entries(byKind)
  .map(([kind, share]) => kindCard(kind as CriticalPath['kind'], share))
  .join('\n')}
</div>
</section>
<section aria-labelledby="missing">
<h2 id="missing">Without a span <span class="count">${missing.length}</span></h2>
${missing.length === 0 ? '<p>Every critical path has a span.</p>' : missingTable(missing)}
</section>
<section aria-labelledby="files">
<h2 id="files">By file <span class="count">${files.length}</span></h2>
${fileTable(files)}
</section>
<section aria-labelledby="covered">
<h2 id="covered">With a span <span class="count">${total.withSpan}</span></h2>
<details><summary>Show what each of them is covered by</summary>
${coveredTable(paths.filter((p) => p.span))}
</details>
</section>
</main>
<footer><p>${probes === 0 ? '' : `${probes} probe${probes === 1 ? '' : 's'} such as <code>/healthz</code> not counted. `}Made by <code>telint coverage</code>.</p></footer>
<script>${COVERAGE_SCRIPT}</script>
</body>
</html>
`;
}

function kindCard(kind: CriticalPath['kind'], share: Share): string {
  return `<article><h3>${KIND_NAMES[kind]}</h3><p><strong>${share.percent}${NBSP}%</strong> <span>${share.withSpan} of ${share.paths}</span></p>${bar(share, KIND_NAMES[kind])}<p class="small">${share.withMetric} with a metric of their own</p></article>`;
}

function bar({ percent }: Share, label: string): string {
  return `<div class="bar" role="img" aria-label="${escapeHtml(label)}: ${percent} percent"><span style="width:${percent}%"></span></div>`;
}

function missingTable(paths: readonly CriticalPath[]): string {
  const rows = paths.map(
    (p) => `<tr><td><span class="tag">${p.kind}</span></td><th scope="row"><code>${escapeHtml(p.name)}</code></th>
<td>${link(p)}</td><td>${p.metric ? 'yes' : 'no'}</td>
<td><details><summary>Code</summary><pre tabindex="0"><code>${excerptHtml(p)}</code></pre></details></td></tr>`,
  );
  return sortable(['Kind', 'Path', 'Place', 'Metric', 'Excerpt'], rows, 'Critical paths without a span', 4);
}

function coveredTable(paths: readonly CriticalPath[]): string {
  const rows = paths.map(
    (p) => `<tr><td><span class="tag">${p.kind}</span></td><th scope="row"><code>${escapeHtml(p.name)}</code></th>
<td>${link(p)}</td><td>${p.span?.how ?? ''}</td><td>${codeHtml(p.span?.text ?? '')}</td></tr>`,
  );
  return sortable(['Kind', 'Path', 'Place', 'How', 'Evidence'], rows, 'Critical paths with a span');
}

function fileTable(files: readonly (readonly [string, Share])[]): string {
  const rows = files.map(
    ([file, share]) =>
      `<tr><th scope="row"><a href="${href(file)}">${escapeHtml(file)}</a></th><td class="number">${share.paths}</td><td class="number">${share.paths - share.withSpan}</td><td class="number" data-sort="${share.percent}">${share.percent}${NBSP}%</td><td class="wide">${bar(share, file)}</td></tr>`,
  );
  return sortable(['File', 'Paths', 'Without a span', 'Covered', 'Share'], rows, 'Critical paths by file', 4);
}

/** Heads of columns of numbers, which stand to the right. */
const NUMBERS = new Set(['Paths', 'Without a span', 'Covered']);

/** A table whose columns sort by their heads; the column `plain` does not. */
function sortable(heads: readonly string[], rows: readonly string[], caption: string, plain?: number): string {
  const cells = heads.map((head, i) => {
    const start = `<th scope="col"${NUMBERS.has(head) ? ' class="number"' : ''}>`;
    return i === plain ? `${start}${head}</th>` : `${start}<button type="button">${head}</button></th>`;
  });
  return `<div class="scroll"><table class="sortable"><caption>${caption}</caption><thead><tr>${cells.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

/** Relative, so that the report opens files wherever the checkout is; the anchor is the line, as code hosts have it. */
function link({ file, line }: CriticalPath): string {
  return `<a href="${href(file)}#L${line}">${escapeHtml(file)}:${line}</a>`;
}

function href(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}

function excerptHtml({ excerpt, line }: CriticalPath): string {
  const width = String(line + excerpt.length).length;
  return excerpt
    .map((text, i) => `<span class="line">${String(line + i).padStart(width)}</span> ${escapeHtml(text)}`)
    .join('\n');
}

function codeHtml(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
