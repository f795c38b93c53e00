import type { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';
import type { Check } from './checks.ts';
import type { WorkspaceMetric } from './inventory.ts';

/** Flags metrics that no code of the workspace can write; silent where one is handed to code that is not followed. */
export const noUnusedMetric: Check = function* (metrics, { runner: { workspace }, links }) {
  const names = Map.groupBy(metrics, (m) => m.name);
  for (const metric of metrics) {
    const { name, holder } = metric;
    if (metric.uses.length > 0 || metric.observed || !holder || name === undefined) continue;
    // Several definitions of a name: which one is written by name cannot be told.
    if ((names.get(name)?.length ?? 0) > 1 || isPublic(metric, workspace)) continue;
    if (isMentioned(metric, holder.name, workspace) || isNamed(metric, name, workspace)) continue;
    const asked = links.metricAt(metric.path, metric.range.start);
    const queries = asked ? links.asked(asked) : [];
    const value = metric.library === 'prom' && metric.labelNames?.length === 0 ? 'a zero' : 'nothing';
    yield {
      messageId: 'unused',
      message: `Metric \`${name}\` is never written: it is exported as ${value}, and ${queries.length === 0 ? 'queries of it find no data. Write it, or remove it' : `${queries.length} of the queries here find no data. Write it, or remove it with its queries`}.`,
      ...(queries.length === 0
        ? {}
        : { related: queries.map(({ file, range }) => ({ path: file.path, range, message: 'asks for it' })) }),
      path: metric.path,
      range: metric.nameRange,
    };
  }
};

/** An export of a published package may be written by its users. */
function isPublic(metric: WorkspaceMetric, workspace: Workspace): boolean {
  return metric.holder?.kind === 'variable' && workspace.project(metric.path).isPublished === true;
}

/** The name occurs beyond its declaration, its exports, imports and registration; any other occurrence may be a write. */
function isMentioned(metric: WorkspaceMetric, name: string, workspace: Workspace): boolean {
  const word = new RegExp(`(?<![\\w$])${name.replace(/[$#]/g, '\\$&')}(?![\\w$])`, 'g');
  for (const path of workspace.mentioning([name])) {
    const text = withoutModuleLists(workspace.text(path) ?? '');
    const count = text.match(word)?.length ?? 0;
    if (count > (path === metric.path ? 1 : 0)) return true;
  }
  return metric.holder?.kind === 'variable' && isTakenWhole(metric.path, workspace);
}

const MODULE_LIST = /\b(?:import|export)\s+(?:type\s+)?\{[^{}]*\}|\bmodule\.exports\s*=\s*\{[^{}:()]*\}/g;

const REGISTRATION = /\.registerMetric\(\s*[\w.$]+\s*\)/g;

function withoutModuleLists(text: string): string {
  return text.replaceAll(MODULE_LIST, ' ').replaceAll(REGISTRATION, ' ');
}

/** Somebody has the module as an object and does more with it than to read members by their names. */
function isTakenWhole(path: string, workspace: Workspace): boolean {
  const own = workspace.text(path) ?? '';
  if (/\bexport\s+default\s+\{|\bexport\s*=|\bexport\s+default\s+\w+\s*;/.test(own)) return true;
  return workspace.mentioning([], { importing: path }).some((importer) => {
    const text = workspace.text(importer) ?? '';
    if (/\bimport\(/.test(text) || /\bexport\s*\*\s*as\b/.test(text)) return true;
    const wholes = [
      ...text.matchAll(/\bimport\s+\*\s+as\s+(\w+)\s+from/g),
      ...text.matchAll(/\bimport\s+(\w+)\s+from/g),
      ...text.matchAll(/\b(?:const|let|var)\s+(\w+)\s*=\s*require\(/g),
    ].map((m) => m[1] ?? '');
    return wholes.some((local) => {
      const rest = text.replaceAll(/\bimport\s[^;]*?from\b|\b(?:const|let|var)\s+\w+\s*=\s*require\(/g, ' ');
      return new RegExp(`(?<![\\w$.])${local}(?!\\s*\\??\\.\\s*\\w)(?![\\w$])`).test(rest);
    });
  });
}

/** The name of the metric stands as a text elsewhere: `register.getSingleMetric('name')`, an injection token. */
function isNamed(metric: WorkspaceMetric, name: string, workspace: Workspace): boolean {
  return workspace.mentioning([name]).some((path) => {
    const text = workspace.text(path) ?? '';
    const count = ["'", '"', '`'].reduce((sum, quote) => sum + text.split(`${quote}${name}${quote}`).length - 1, 0);
    return count > (path === metric.path ? 1 : 0);
  });
}
