import type { CheckProblem } from '../../src/checks/checks.ts';
import { queryFunctions } from '../../src/checks/query-functions.ts';
import { queryLabels } from '../../src/checks/query-labels.ts';
import { querySyntax } from '../../src/checks/query-syntax.ts';
import type { QueryFile } from '../../src/queries/query-files.ts';
import { QueryLinks } from '../../src/queries/query-links.ts';
import type { IndexedMetric } from '../../src/metric-index.ts';
import { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';

/** A metric as prom-client and the runtime register it. */
export interface RegisteredMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: readonly string[];
}

/** All that queries may name: nothing else is exported, and the targets add nothing else. */
export interface Definitions {
  readonly metrics: readonly RegisteredMetric[];
  readonly targetLabels: readonly string[];
}

/** A problem of a query; the kind is that of the check, and `unknown` for a metric that nothing defines. */
export type QueryProblem = Pick<CheckProblem, 'messageId' | 'path' | 'range'>;

const NO_CODE = new Workspace('/nonexistent');

/** What is wrong with queries where everything that they can name is known: a foreign metric is a problem then. */
export function problemsIn(files: readonly QueryFile[], { metrics, targetLabels }: Definitions): QueryProblem[] {
  const index = { files, hasOtherLanguages: false };
  const links = new QueryLinks(metrics.map(indexed), index, NO_CODE, new Set(targetLabels));
  const undefinedNames = links
    .names()
    .filter(({ kind, where, name }) => kind === 'metric' && where === 'expression' && !links.isKnown(name))
    .map(({ file: { path }, range }) => ({ messageId: 'unknown', path, range }));
  return [...querySyntax(files), ...undefinedNames, ...queryLabels(files, links), ...queryFunctions(files, links)];
}

function indexed({ name, type, labels }: RegisteredMetric): IndexedMetric {
  const range = { start: 0, end: 0 };
  const definition: IndexedMetric['definition'] = {
    name,
    instrument: type,
    library: 'prom',
    labelNames: labels,
    range,
    nameRange: range,
    help: undefined,
    unit: undefined,
    perSet: 1,
    registry: undefined,
    observed: false,
    holder: undefined,
  };
  return { path: `${name}.ts`, definition, uses: [] };
}
