import type { Coverage, CoverageShare } from './protocol.ts';

/** What the page needs from its surroundings. */
export interface CoveragePage {
  readonly coverage: Coverage;
  /** Percent that are asked for. */
  readonly minimum: number;
  /** Path of a file as people write it. */
  readonly pathOf: (uri: string) => string;
  readonly nonce: string;
  readonly cspSource: string;
}

/** The coverage report as a page without any script but its own, in the colours of the editor. */
export function coverageHtml({ coverage, minimum, pathOf, nonce, cspSource }: CoveragePage): string {
  const kinds = coverage.kinds.map((kind) => row(kind.kind, kind, minimum));
  const files = [...coverage.files]
    .sort((a, b) => b.missing.length - a.missing.length || (a.uri < b.uri ? -1 : 1))
    .map((file) => {
      const places = file.missing.map(({ name, kind, range }) => {
        const place = `data-uri="${escape(file.uri)}" data-line="${range.start.line}" data-column="${range.start.character}"`;
        return `<li><a href="#" ${place}>${escape(name)}</a> <span>${escape(kind)}, line ${range.start.line + 1}</span></li>`;
      });
      return row(pathOf(file.uri), file, minimum, places.length > 0 ? `<ul>${places.join('')}</ul>` : '');
    });
  const isEnough = percent(coverage) >= minimum;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${cspSource} 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<title>Telemetry coverage</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<h1>Telemetry coverage</h1>
<p class="total ${isEnough ? 'enough' : 'low'}"><strong>${percentText(coverage)}</strong> of the critical paths have a span: ${coverage.covered} of ${coverage.total}. Asked for: ${minimum} %.</p>
${coverage.total === 0 ? '<p>No request handler, consumer, resolver or job was found in this workspace.</p>' : ''}
${section('By kind', kinds)}
${section('By file', files)}
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}

function section(title: string, rows: readonly string[]): string {
  if (rows.length === 0) return '';
  return `<h2>${title}</h2>\n<table><thead><tr><th></th><th>With a span</th><th>Share</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function row(title: string, share: CoverageShare, minimum: number, more = ''): string {
  const state = percent(share) >= minimum ? 'enough' : 'low';
  return `<tr class="${state}"><td>${escape(title)}${more}</td><td>${share.covered} of ${share.total}</td><td><progress max="100" value="${percent(share)}"></progress> ${percentText(share)}</td></tr>`;
}

/** Rounded down, so that 100 % means all; nothing to cover is covered. */
function percent({ covered, total }: CoverageShare): number {
  return total === 0 ? 100 : Math.floor((100 * covered) / total);
}

function percentText(share: CoverageShare): string {
  return `${percent(share)} %`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const STYLE = `
body { color: var(--vscode-foreground); font-family: var(--vscode-font-family); max-width: 60rem; padding: 0 1.5rem 2rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--vscode-widget-border, transparent); padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; vertical-align: top; white-space: nowrap; }
td:first-child { white-space: normal; width: 100%; }
ul { margin: 0.35rem 0 0; padding-left: 1.2rem; }
li span { color: var(--vscode-descriptionForeground); }
a { color: var(--vscode-textLink-foreground); }
.low strong, .low td:last-child { color: var(--vscode-editorWarning-foreground); }
.enough strong { color: var(--vscode-testing-iconPassed); }
progress { appearance: none; height: 0.4rem; vertical-align: middle; width: 8rem; }
progress::-webkit-progress-bar { background: var(--vscode-input-background); border-radius: 0.2rem; }
progress::-webkit-progress-value { background: var(--vscode-progressBar-background); border-radius: 0.2rem; }`;

const SCRIPT = `
const editor = acquireVsCodeApi();
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-uri]');
  if (!link) return;
  event.preventDefault();
  const { uri, line, column } = link.dataset;
  editor.postMessage({ uri, line: Number(line), column: Number(column) });
});`;
