import { createHash } from 'node:crypto';
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder';
import { describeRule } from '../checks/describe-rule.ts';
import type { Report } from './format-stylish.ts';
import type { LinesOf, Message } from './results.ts';
import { relativePath } from './select-files.ts';

type SarifResult = SarifResultBuilder['result'];
type Location = NonNullable<SarifResult['locations']>[number];
type Region = Pick<Message, 'line' | 'column' | 'endLine' | 'endColumn'>;

/** The name that viewers know for the root of the sources. */
const ROOT = '%SRCROOT%';

/** SARIF 2.1.0: rules with their documents, findings with fingerprints that survive moved lines, traces as code flows. */
export function formatSarif(report: Report): string {
  const { root, results, skipped, version } = report;
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: 'telint',
    toolDriverVersion: version,
    url: 'https://github.com/telint/telint',
  });
  const ids = new Set(results.flatMap((r) => [...r.messages, ...r.suppressedMessages].map((m) => m.ruleId)));
  for (const id of [...ids].sort()) {
    const { description, url } = describeRule(id);
    const rule = new SarifRuleBuilder().initSimple({ ruleId: id, shortDescriptionText: description, helpUri: url });
    // Code scanning shows these, and not the address of the document.
    rule.rule.fullDescription = { text: `${description}.` };
    rule.rule.help = { text: `${description}. See ${url}`, markdown: `${description}. [Examples and fixes](${url})` };
    rule.rule.defaultConfiguration = { level: 'error' };
    run.addRule(rule);
  }
  const seen = new Map<string, number>();
  for (const { filePath, messages, suppressedMessages } of results)
    for (const message of [...messages, ...suppressedMessages])
      run.addResult(resultOf(message, filePath, report, seen));
  run.run.columnKind = 'utf16CodeUnits';
  run.run.originalUriBaseIds = { [ROOT]: { description: { text: 'Folder that paths are relative to.' } } };
  run.run.invocations = [
    {
      executionSuccessful: true,
      toolExecutionNotifications: skipped.map(({ filePath, reason }) => ({
        level: 'note' as const,
        message: { text: `Not checked: ${reason}.` },
        locations: [{ physicalLocation: { artifactLocation: artifact(root, filePath) } }],
      })),
    },
  ];
  const sarif = new SarifBuilder();
  sarif.addRun(run);
  return `${sarif.buildSarifJsonString({ indent: false })}\n`;
}

function resultOf(message: Message, path: string, report: Report, seen: Map<string, number>): SarifResultBuilder {
  const { root, lines } = report;
  const builder = new SarifResultBuilder();
  builder.setRuleId(message.ruleId);
  builder.setLevel(message.severity === 2 ? 'error' : 'warning');
  builder.setMessageText(message.message);
  const { result } = builder;
  result.locations = [location(root, path, message)];
  result.partialFingerprints = { 'telint/v1': fingerprint(message, relativePath(root, path), lines, path, seen) };
  if ('suppressions' in message) result.suppressions = [{ kind: 'external' }];
  const places = (message.related ?? []).filter((place) => !place.step);
  if (places.length > 0)
    result.relatedLocations = places.map((place, id) => ({
      id,
      ...location(root, place.filePath, place),
      message: { text: place.message },
    }));
  const related = (message.related ?? []).filter((place) => place.step);
  if (related.length > 0) {
    // A code flow goes the way of the value: from its source to where it is written.
    const steps = related.toReversed().map((place) => ({
      location: { ...location(root, place.filePath, place), message: { text: place.message } },
    }));
    const end = { location: { ...location(root, path, message), message: { text: 'is written here' } } };
    result.codeFlows = [{ threadFlows: [{ locations: [...steps, end] }] }];
  }
  return builder;
}

function location(root: string, path: string, region: Region): Location {
  return {
    physicalLocation: {
      artifactLocation: artifact(root, path),
      region: {
        startLine: region.line,
        startColumn: region.column,
        endLine: region.endLine,
        endColumn: region.endColumn,
      },
    },
  };
}

function artifact(root: string, path: string): { uri: string; uriBaseId?: string } {
  const uri = relativePath(root, path).split('/').map(encodeURIComponent).join('/');
  return { uri, uriBaseId: ROOT };
}

/** Rule, file and text of the line: the same finding keeps its fingerprint when lines above it change. */
function fingerprint(
  { ruleId, line }: Message,
  file: string,
  lines: LinesOf,
  path: string,
  seen: Map<string, number>,
): string {
  const key = [ruleId, file, lines.of(path).line(line).trim()].join('\n');
  const nth = seen.get(key) ?? 0;
  seen.set(key, nth + 1);
  return createHash('sha256').update(`${key}\n${nth}`).digest('hex').slice(0, 32);
}
