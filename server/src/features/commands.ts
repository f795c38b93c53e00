import { runChecks } from '../checks/checks.ts';
import { ShowDocumentRequest, type WorkDoneProgressReporter } from 'vscode-languageserver/node';
import type { Finding } from '../findings.ts';
import { isQueryPath } from '../queries/query-listing.ts';
import { labelNamesOf, seriesEstimate, type IndexedMetric } from '../metric-index.ts';
import { yieldToEvents } from '../slices.ts';
import { locationOf, rangeIn, type Feature, type Services } from './feature.ts';
import { INSERT_SPAN, insertSpan } from './insert-span.ts';
import { toDiagnostic } from './to-diagnostic.ts';
import { documentOf, uriOf } from '../documents.ts';
import { OPEN_RULE_DOCS } from './rule-docs.ts';
import { SHOW_LOCATIONS, showLocations } from './show-locations.ts';
import { seriesText } from './words.ts';

/** Looks at all files of all folders. */
export const CHECK_WORKSPACE = 'telint.checkWorkspace';
/** Lists the metrics of all folders. */
export const SHOW_METRICS = 'telint.showMetrics';

/** Commands that a client can run by name; they answer with data that the client shows. */
export const commands: Feature = {
  capabilities: () => ({
    executeCommandProvider: {
      commands: [OPEN_RULE_DOCS, CHECK_WORKSPACE, SHOW_METRICS, INSERT_SPAN, SHOW_LOCATIONS],
      workDoneProgress: true,
    },
  }),
  start(services) {
    services.connection.onExecuteCommand(async ({ command, arguments: args }, token, progress) => {
      switch (command) {
        case OPEN_RULE_DOCS:
          return openRuleDocs(services, args?.[0]);
        case CHECK_WORKSPACE:
          return checkWorkspace(services, progress, () => token.isCancellationRequested);
        case SHOW_METRICS:
          return listMetrics(services);
        case INSERT_SPAN:
          return insertSpan(services, args ?? []);
        case SHOW_LOCATIONS:
          return showLocations(services, args ?? []);
        default:
          return null;
      }
    });
  },
};

async function openRuleDocs({ connection, client }: Services, url: unknown): Promise<null> {
  if (typeof url !== 'string' || !url.startsWith('https://')) return null;
  if (client.window?.showDocument?.support === true)
    await connection.sendRequest(ShowDocumentRequest.type, { uri: url, external: true });
  else connection.window.showInformationMessage(url);
  return null;
}

/** One path inside of every folder stands for the folder. */
function roots({ session }: Services): readonly string[] {
  return session.projects.folders.map((folder) => `${folder}/_`);
}

/** What `telint.checkWorkspace` answers. */
interface Summary {
  files: number;
  findings: number;
  cancelled: boolean;
  readonly byRule: Record<string, number>;
}

/** Findings of files that are not open are pushed; those of open ones the client has. */
async function checkWorkspace(
  services: Services,
  progress: WorkDoneProgressReporter,
  isCancelled: () => boolean,
): Promise<Summary> {
  const { connection, session } = services;
  const summary: Summary = { files: 0, findings: 0, cancelled: false, byRule: {} };
  progress.begin('Telint', 0, 'Checking the workspace', true);
  try {
    const paths = new Set<string>();
    // Open dashboards and rule files have these already.
    const inQueries = new Map<string, readonly Finding[]>();
    session.acrossFiles.clear();
    for (const root of roots(services)) {
      const { runner, workspace } = await session.loaded(root, true);
      const queries = await session.queries.of(workspace);
      const asking = new Set(queries.files.map(({ path }) => path));
      for (const finding of runChecks(runner, undefined, queries))
        if (!asking.has(finding.path))
          session.acrossFiles.set(finding.path, [...(session.acrossFiles.get(finding.path) ?? []), finding]);
        else if (!finding.hint) inQueries.set(finding.path, [...(inQueries.get(finding.path) ?? []), finding]);
      for (const path of asking) if (session.projects.folderOf(path)) paths.add(path);
      for (const path of runner.workspace.files()) if (session.projects.folderOf(path)) paths.add(path);
    }
    if (session.isDirty) await session.settle();
    for (const path of paths) {
      const project = session.projects.of(path);
      if (project.isIgnored(path)) continue;
      const findings = isQueryPath(path)
        ? (inQueries.get(path) ?? [])
        : [...project.runner.lint(path).findings, ...(session.acrossFiles.get(path) ?? [])];
      summary.files++;
      summary.findings += findings.length;
      for (const { rule } of findings) summary.byRule[rule] = (summary.byRule[rule] ?? 0) + 1;
      if (!session.documents.at(path)) {
        const text = project.runner.workspace.text(path) ?? '';
        const document = { uri: uriOf(path), path, text: documentOf(path, text) };
        const items = findings.map((finding) => toDiagnostic(services, document, finding));
        if (items.length > 0 || session.wasPushed(path))
          void connection.sendDiagnostics({ uri: document.uri, diagnostics: items });
        session.setPushed(path, items.length > 0);
      }
      progress.report(Math.round((100 * summary.files) / paths.size), `${summary.files} of ${paths.size} files`);
      await yieldToEvents();
      if (isCancelled()) return { ...summary, cancelled: true };
    }
    // Open files get what was found across files with their next diagnostics.
    session.changed();
    return summary;
  } finally {
    progress.done();
  }
}

async function listMetrics(services: Services) {
  const seen = new Map<string, object>();
  for (const root of roots(services)) {
    const { metrics } = await services.session.metrics(root);
    for (const metric of metrics) seen.set(`${metric.path}:${metric.definition.range.start}`, rowOf(services, metric));
  }
  return [...seen.values()];
}

function rowOf(services: Services, metric: IndexedMetric) {
  const { definition, path, uses } = metric;
  return {
    name: definition.name ?? null,
    instrument: definition.instrument,
    help: definition.help ?? null,
    labels: labelNamesOf(metric),
    series: seriesText(seriesEstimate(metric)),
    location: locationOf(services, path, definition.nameRange) ?? null,
    writes: uses.flatMap((use) => {
      const range = rangeIn(services, use.path, use.use.range);
      return range ? [{ uri: uriOf(use.path), range }] : [];
    }),
  };
}
