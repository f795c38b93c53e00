import { basename } from 'node:path';
import { describeRule } from '../checks/describe-rule.ts';
import { checkInfos } from '../checks/catalog.ts';
import { rules } from '../../../eslint-plugin/src/rules/index.ts';
import { CONFIG_FILE } from '../config.ts';
import { positionsOf } from '../documents.ts';
import type { Feature } from './feature.ts';

const COMMENTS = /(?:\/\*|\/\/)\s*eslint-(?:disable|enable)[^\n]*/g;
const RULE = /telint\/([a-z-]+)/g;
const KEY = /"(?:telint\/)?([a-z-]+)"\s*:/g;

/** Names of rules lead to their documents: in comments that switch them off, and in `telint.json`. */
export const documentLinks: Feature = {
  capabilities: () => ({ documentLinkProvider: { resolveProvider: false } }),
  start({ connection, session }) {
    connection.onDocumentLinks(({ textDocument: { uri } }) => {
      const document = session.documents.get(uri);
      if (!document) return null;
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

function namesIn(text: string, offset: number, pattern: RegExp): { name: string; start: number }[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const name = match[1] ?? '';
    return Object.hasOwn(rules, name) || Object.hasOwn(checkInfos, name)
      ? [{ name, start: offset + match.index + match[0].indexOf(name) }]
      : [];
  });
}
