import { table } from '../lib/markdown.ts';
import { apiExports, type ApiExport } from '../lib/runtime-api.ts';

const FILE = 'runtime/docs/api.md';

/** The list of everything that the runtime package exports. */
export const files = [FILE];

/** Pages that explain a sub-path. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  '@telint/runtime': ['tracing', 'errors'],
  '@telint/runtime/metrics': ['metrics', 'core-metrics'],
  '@telint/runtime/sanitize': ['sanitizer', 'hooks', 'sql'],
  '@telint/runtime/sampling': ['sampling'],
  '@telint/runtime/propagation': ['propagation'],
  '@telint/runtime/log': ['logs'],
  '@telint/runtime/http': ['middleware'],
  '@telint/runtime/express': ['middleware'],
  '@telint/runtime/fastify': ['middleware'],
  '@telint/runtime/graphql': ['middleware'],
  '@telint/runtime/exporters/prometheus': ['endpoint'],
  '@telint/runtime/exporters/otlp': ['tracing'],
  '@telint/runtime/bridge': ['bridge'],
  '@telint/runtime/register': ['tracing', 'environment'],
};

const INTRODUCTION = `# API

Every export of every sub-path with the first sentence of its docstring; the editor shows the rest. Names ending in \`?\` are optional.
Generated from the sources by \`npm run generate\`.`;

function section(subPath: string, exports: readonly ApiExport[]): string {
  const pages = (PAGES[subPath] ?? []).map((page) => `[${page}.md](${page}.md)`).join(', ');
  const rows = exports.map(({ kind, signature, summary }) => [`\`${signature}\``, kind, summary]);
  const content =
    rows.length === 0 ? 'Exports nothing: importing it is its use.' : table(['export', 'kind', 'what it is'], rows);
  return `## ${subPath}\n\nSee ${pages}.\n\n${content}`;
}

/** Lists the exports of the entry files with their docstrings. */
export function generate(): Promise<Map<string, string>> {
  const sections = [...apiExports()].map(([subPath, exports]) => section(subPath, exports));
  return Promise.resolve(new Map([[FILE, `${[INTRODUCTION, ...sections].join('\n\n')}\n`]]));
}
