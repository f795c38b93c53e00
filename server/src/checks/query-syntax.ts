import type { QueryFile } from '../queries/query-files.ts';
import { namesOf, rangeOf } from '../queries/query-names.ts';
import type { CheckProblem } from './checks.ts';

/** Flags dashboards and rule files that cannot be read, and queries that cannot be parsed. */
export function* querySyntax(files: readonly QueryFile[]): Generator<CheckProblem> {
  for (const { path, error, queries } of files) {
    // What a reader makes of the rest of a broken file is a guess.
    if (error) {
      yield {
        messageId: 'file',
        message: `The file cannot be read: ${error.message.replace(/[.:]?\s*$/, '')}. Prometheus and Grafana refuse it as a whole; repair it here.`,
        path,
        range: { start: error.offset, end: error.offset + 1 },
      };
      continue;
    }
    for (const query of queries) {
      const { text } = query.expression;
      const [mistake] = /\S/.test(text) ? namesOf(query).errors : [];
      if (!mistake || isOtherLanguage(text)) continue;
      // What the parser makes of the rest is a guess: the first place is the one to look at.
      const end = Math.max(mistake.to, mistake.from + 1);
      const isAtEnd = text.slice(mistake.from).trim() === '';
      const near = text.slice(mistake.from, end).trim();
      yield {
        messageId: 'query',
        message: `The query of ${query.place.kind} "${query.place.title}" cannot be parsed ${isAtEnd ? 'to its end' : `at \`${near}\``}: it returns nothing but an error. Correct it here.`,
        path,
        range: isAtEnd
          ? rangeOf(query.expression, Math.max(0, text.trimEnd().length - 1), text.trimEnd().length)
          : rangeOf(query.expression, mistake.from, end),
      };
    }
  }
}

/** Pieces that only dialects have (MetricsQL), templates of other tools, and expressions of Grafana's own. */
function isOtherLanguage(text: string): boolean {
  return /\{\{|\{%|<%|\bWITH\s*\(|\bkeep_metric_names\b|\bdefault\s+[\w(]|\brollup\w*\(|\blimitk\b|\bif\b|\b(?:range|running|label)_\w+\(|\$\{[^}]*\$|\bunion\(|\[\$?\w*\]\s*\)\s*keep|^\s*\$[A-Z]\b|\\\$/.test(
    text,
  );
}
