import { basename } from 'node:path';
import type { DocumentLink } from 'vscode-languageserver/node';
import { describeRule } from '../checks/describe-rule.ts';
import { checkInfos } from '../checks/catalog.ts';
import { rules } from '../../../eslint-plugin/src/rules/index.ts';
import { CONFIG_FILE } from '../config.ts';
import { positionsOf, type OpenDocument } from '../documents.ts';
import { queryNames } from '../queries/query-names.ts';
import { locationOf, type Feature, type Services } from './feature.ts';
import { definitionPlace, metricsOf, queryFileOf } from './query-target.ts';

const COMMENTS = /(?:\/\*|\/\/)\s*eslint-(?:disable|enable)[^\n]*/g;
const RULE = /telint\/([a-z-]+)/g;
const KEY = /"(?:telint\/)?([a-z-]+)"\s*:/g;

/** Names of rules lead to their documents, in comments and in `telint.json`; names of metrics in queries to the code. */
export const documentLinks: Feature = {
  capabilities: () => ({ documentLinkProvider: { resolveProvider: false } }),
  start(services) {
    const { connection, session } = services;
    connection.onDocumentLinks(async ({ textDocument: { uri } }) => {
      const document = session.documents.get(uri);
      if (!document) return null;
      if (queryFileOf(document)) return queryLinks(services, document);
      const text = document.text.getText();
      const found =
        basename(document.path) === CONFIG_FILE
          ? namesIn(text, 0, KEY)
          : [...text.matchAll(COMMENTS)].flatMap((match) => namesIn(match[0], match.index, RULE));
      return found.map(({ name, start }) => ({
        range: positionsOf(document.text, { start, end: start + name.length }),
        target: describeRule(name).url,
        tooltip: describeRule(name).description,
      }));
    });
  },
};

/** Names of metrics in dashboards and rules lead to their definitions in the code. */
async function queryLinks(services: Services, document: OpenDocument): Promise<DocumentLink[] | null> {
  const { session } = services;
  const links = await session.links(document.path);
  if (session.documents.get(document.uri) !== document) return null;
  const file = links.index.files.find(({ path }) => path === document.path);
  return (file ? queryNames(file) : []).flatMap((place) => {
    const [metric] = place.kind === 'metric' ? metricsOf(place, links) : [];
    if (!metric) return [];
    const location = locationOf(services, metric.path, definitionPlace(services, metric).range);
    if (!location) return [];
    const { line, character } = location.range.start;
    return [
      {
        range: positionsOf(document.text, place.range),
        target: `${location.uri}#L${line + 1},${character + 1}`,
        tooltip: `${metric.definition.instrument} defined in ${basename(metric.path)}`,
      },
    ];
  });
}

function namesIn(text: string, offset: number, pattern: RegExp): { name: string; start: number }[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const name = match[1] ?? '';
    return Object.hasOwn(rules, name) || Object.hasOwn(checkInfos, name)
      ? [{ name, start: offset + match.index + match[0].indexOf(name) }]
      : [];
  });
}
