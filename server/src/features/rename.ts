import { LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { positionsOf } from '../documents.ts';
import type { TextEdit } from '../findings.ts';
import { declaredLabel, labelNamesOf, labelWrites, literalContent, type MetricTarget } from '../metric-index.ts';
import { renameLabel, renameSeries } from '../queries/query-rename.ts';
import { workspaceEdit, type Feature, type Services } from './feature.ts';
import { labelPlaces, textOf } from './metric-places.ts';
import { targetOf } from './navigation.ts';
import { prepareQuery, targetOfQuery } from './query-rename-target.ts';
import { metricIn, queryFileOf } from './query-target.ts';

const PROM_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const PROM_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const OTEL_NAME = /^[a-zA-Z][-_./a-zA-Z0-9]{0,254}$/;

/** Renames a metric or a label in code, dashboards and rules; where a place cannot be changed, nothing is. */
export const rename: Feature = {
  capabilities: (client) => ({
    renameProvider: client.textDocument?.rename?.prepareSupport === true ? { prepareProvider: true } : true,
  }),
  start(services) {
    const { connection, session } = services;
    connection.onPrepareRename(async (params) => {
      const document = session.documents.get(params.textDocument.uri);
      if (document && queryFileOf(document)) return prepareQuery(services, document, params.position);
      const target = await targetOf(services, params);
      if (!target || !document || !isName(document.text.getText(), target)) return null;
      return {
        range: positionsOf(document.text, target.range),
        placeholder: target.label ?? target.metric.definition.name ?? '',
      };
    });
    connection.onRenameRequest(async (params) => {
      const document = session.documents.get(params.textDocument.uri);
      const target =
        document && queryFileOf(document)
          ? await targetOfQuery(services, document, document.text.offsetAt(params.position))
          : await targetOf(services, params);
      if (!target) return null;
      check(target, params.newName);
      const edits =
        target.label === undefined
          ? nameEdits(services, target, params.newName)
          : labelEdits(services, target, target.label, params.newName);
      for (const [path, list] of await queryEdits(services, target, params.newName))
        edits.set(path, [...(edits.get(path) ?? []), ...list]);
      return workspaceEdit(services, edits);
    });
  },
};

/** The variable of a metric is renamed by the language's own server. */
function isName(text: string, { metric, label, range }: MetricTarget): boolean {
  const name = label ?? metric.definition.name;
  return name !== undefined && text.slice(range.start, range.end) === name;
}

/** Edits of dashboards, rules and their tests. */
async function queryEdits(services: Services, { metric, label }: MetricTarget, name: string) {
  const links = await services.session.links(metric.path, 'exact');
  const own = metricIn(links, metric);
  const result =
    label === undefined
      ? renameSeries(links, own, name, (path) => textOf(services, path))
      : renameLabel(links, own, label, name);
  return 'refused' in result ? refuse(result.refused) : result.edits;
}

function refuse(message: string): never {
  throw new ResponseError(LSPErrorCodes.RequestFailed, message);
}

function check({ metric, label }: MetricTarget, name: string): void {
  const { library } = metric.definition;
  const pattern = library === 'otel' ? OTEL_NAME : label === undefined ? PROM_NAME : PROM_LABEL;
  if (!pattern.test(name)) refuse(`"${name}" is no valid name for a ${label === undefined ? 'metric' : 'label'}.`);
  if (label !== undefined && name !== label && labelNamesOf(metric).includes(name))
    refuse(`${metric.definition.name ?? 'The metric'} has a label "${name}" already.`);
}

function nameEdits(services: Services, { metric }: MetricTarget, name: string): Map<string, readonly TextEdit[]> {
  const { path, definition } = metric;
  const inside = literalContent(textOf(services, path), definition.nameRange);
  if (!inside) return refuse('The name of the metric is not a literal in its definition.');
  return new Map([[path, [{ ...inside, text: name }]]]);
}

function labelEdits(
  services: Services,
  { metric }: MetricTarget,
  label: string,
  name: string,
): Map<string, readonly TextEdit[]> {
  const { path, definition } = metric;
  const edits = new Map<string, Map<number, TextEdit>>();
  const add = (file: string, edit: TextEdit): void => {
    const list = edits.get(file) ?? new Map<number, TextEdit>();
    edits.set(file, list.set(edit.start, edit));
  };
  if (definition.labelNames?.includes(label) === true) {
    const declared = declaredLabel(textOf(services, path), definition, label);
    if (!declared) refuse(`The list of labels of ${definition.name ?? 'the metric'} is not written in its definition.`);
    else add(path, { ...declared, text: name });
  }
  for (const { path: file, label: fact } of labelWrites(metric, label)) {
    if (fact.form === 'positional') continue;
    const [place] = labelPlaces(services, file, fact);
    if (!place)
      return refuse(`Label "${label}" is also set in ${file} where its key cannot be changed: \`${fact.valueText}\`.`);
    if (isShared(services, metric, place))
      refuse(`The object in ${place.path} that sets "${label}" feeds other metrics too.`);
    add(place.path, keyEdit(textOf(services, place.path), place.range, label, name));
  }
  if (metric.uses.some(({ use }) => use.labels.some((l) => l.key === '*')))
    refuse(`A write to ${definition.name ?? 'the metric'} takes its labels from an object whose keys are not known.`);
  return new Map([...edits].map(([file, list]) => [file, [...list.values()].sort((a, b) => a.start - b.start)]));
}

/** `{ route }` becomes `{ path: route }`; quotes stay, and come where the new name needs them. */
function keyEdit(text: string, { start, end }: { start: number; end: number }, label: string, name: string): TextEdit {
  const quoted = /['"]/.test(text.charAt(start - 1));
  const isMember = text.charAt(start - 1) === '.';
  const key = quoted || /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
  if (isMember && key !== name) return { start: start - 1, end, text: `[${key}]` };
  const isShorthand = !quoted && !isMember && !/^\s*[:(]/.test(text.slice(end, end + 200));
  return { start, end, text: isShorthand ? `${key}: ${label}` : key };
}

/** Is a key outside of the writes of this metric part of writes of another one? */
function isShared(
  services: Services,
  metric: MetricTarget['metric'],
  place: { path: string; range: { start: number } },
): boolean {
  const index = services.session.knownMetrics(place.path);
  return (index?.metrics ?? []).some(
    (other) =>
      other !== metric &&
      other.definition.name !== metric.definition.name &&
      other.uses.some(({ path, use }) =>
        use.labels.some((label) =>
          labelPlaces(services, path, label).some((p) => p.path === place.path && p.range.start === place.range.start),
        ),
      ),
  );
}
