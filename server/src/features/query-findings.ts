import { checkQueries } from '../checks/checks.ts';
import type { OpenDocument } from '../documents.ts';
import type { Finding } from '../findings.ts';
import type { Services } from './feature.ts';
import { queryFileOf } from './query-target.ts';

/** Findings in a document with queries, as far as they follow from what is known at the moment. */
export function queryFindings({ session }: Services, document: OpenDocument): readonly Finding[] {
  if (!queryFileOf(document)) return [];
  const project = session.projects.of(document.path);
  if (project.isIgnored(document.path)) return [];
  const links = session.knownLinks(document.path);
  const files = links?.index.files.filter(({ path }) => path === document.path) ?? [];
  return links ? checkQueries(files, links, project.runner) : [];
}
